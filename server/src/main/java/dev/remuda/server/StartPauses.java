package dev.remuda.server;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Why the workers of one address do not start, and the pauses between attempts, which grow from 100
 * ms to 10 s and differ by a quarter. The loop's.
 */
final class StartPauses {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final long FIRST_MILLIS = 100;
  private static final long LAST_MILLIS = 10_000;
  private static final int MAX_DOUBLINGS = 10;

  private final EventLoop loop;
  private final ListenPoint point;
  private final Runnable tryAgain;
  private int failures;
  private @Nullable String trouble;
  private EventLoop.@Nullable Timer end;

  /** After each pause it is tried again. */
  StartPauses(EventLoop loop, ListenPoint point, Runnable tryAgain) {
    this.loop = loop;
    this.point = point;
    this.tryAgain = tryAgain;
  }

  /** What the last failure was, until a worker gets ready. */
  @Nullable String trouble() {
    return trouble;
  }

  /** Whether no worker is to be started now. */
  boolean underWay() {
    return end != null;
  }

  /** Nothing is started for a while. */
  void begin(String message) {
    trouble = message;
    if (end != null) {
      return;
    }
    long base = Math.min(FIRST_MILLIS << Math.min(failures++, MAX_DOUBLINGS), LAST_MILLIS);
    long millis = base * 3 / 4 + ThreadLocalRandom.current().nextLong(base / 2);
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} for {1}; trying again in {2} ms",
        message,
        point.address(),
        String.valueOf(millis));
    end = loop.schedule(millis, this::end);
  }

  /** The same where nothing will be started any more. */
  void note(String message) {
    trouble = message;
  }

  private void end() {
    end = null;
    tryAgain.run();
  }

  /** A worker is ready. */
  void startedAgain() {
    if (trouble != null) {
      LOG.log(System.Logger.Level.INFO, "workers for {0} start again", point.address());
    }
    trouble = null;
  }

  /** A worker is of use: the next pause is a short one. */
  void forgetFailures() {
    failures = 0;
  }

  /** It is tried again now. */
  void cutShort() {
    failures = 0;
    if (end != null) {
      loop.cancel(end);
      end();
    }
  }
}
