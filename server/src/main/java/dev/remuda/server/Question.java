package dev.remuda.server;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call on the control address that waits for its one answer. Belongs to the supervisor's loop.
 */
final class Question {
  /** Where the answer goes; called once. */
  interface Asker {
    void ok(@Nullable Object value, List<Integer> descriptors);

    void failed(String error);

    /** A value before the answer; may end the question. */
    void progress(@Nullable Object value);

    /** Calls back at the end of the connection, and does not end it for being quiet. */
    void whenGone(Runnable callback);
  }

  private final List<@Nullable Object> arguments;
  private final long millisLeft;
  private final long window;
  private final Asker asker;
  private Runnable whenOver = () -> {};
  private boolean over;

  /**
   * @param arguments what follows the command's name
   * @param millisLeft how long the asker waits, or -1 where it does not say
   * @param window how many values it takes ahead of its acknowledgement, 0 for none
   */
  Question(List<@Nullable Object> arguments, long millisLeft, long window, Asker asker) {
    this.arguments = arguments;
    this.millisLeft = millisLeft;
    this.window = window;
    this.asker = asker;
  }

  int count() {
    return arguments.size();
  }

  @Nullable Object argument(int index) {
    return index < arguments.size() ? arguments.get(index) : null;
  }

  long millisLeft() {
    return millisLeft;
  }

  long window() {
    return window;
  }

  /** Sends a value before the answer. */
  void progress(@Nullable Object value) {
    if (!over) {
      asker.progress(value);
    }
  }

  boolean isOver() {
    return over;
  }

  /** What to tidy up when it is answered, or when nobody waits for the answer any more. */
  void whenOver(Runnable tidyUp) {
    whenOver = tidyUp;
  }

  /** Answers; the first answer counts. */
  void ok(@Nullable Object value) {
    ok(value, List.of());
  }

  /** Answers, and sends descriptors along; they stay open here. */
  void ok(@Nullable Object value, List<Integer> descriptors) {
    if (end()) {
      asker.ok(value, descriptors);
    }
  }

  /** Who asks: the same for all questions of a connection. */
  Asker asker() {
    return asker;
  }

  /** Answers that it cannot be; the first answer counts. */
  void failed(String error) {
    if (end()) {
      asker.failed(error);
    }
  }

  /** Nobody waits for the answer any more. */
  void abandon() {
    end();
  }

  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    whenOver.run();
    return true;
  }
}
