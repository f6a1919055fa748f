package dev.remuda.daemon;

import java.util.List;

/** A part of a daemon that takes work from outside: a listening socket, a queue's consumer. */
public interface Endpoint {
  /** How it is called in the log and on the status page. */
  String name();

  /** What is wrong with its settings, each with its value; empty when nothing is. */
  default List<String> problems() {
    return List.of();
  }

  /**
   * Begins; may block until it can take work. Called before any runner runs.
   *
   * @param daemon the one that it is part of
   * @throws Exception when it cannot begin; then the daemon does not start
   */
  void start(Daemon daemon) throws Exception;

  /** Where it listens; empty when nowhere. */
  default List<String> addresses() {
    return List.of();
  }

  /** Reads its settings again, where it has any that may change. */
  default void reload() throws Exception {}

  /**
   * Takes no more work, and blocks until what it has is done. It is interrupted when the daemon's
   * grace is over, and then is to give up what is left.
   */
  default void drain() throws InterruptedException {}

  /** Ends it; called after the drain, and also when this or another part could not begin. */
  void close();
}
