package dev.remuda.daemon;

import java.util.List;

/** What happens when a job is triggered while a run of it is in flight. */
public sealed interface Overlap {
  /** Triggers during a run become exactly one further run; the default. */
  static Overlap coalesce() {
    return new Coalesce();
  }

  /** Triggers during a run are dropped, and counted. */
  static Overlap skip() {
    return new Skip();
  }

  /** Each trigger gets a run of its own, one after the other; {@code max} wait at the most. */
  static Overlap queue(int max) {
    return new Queue(max);
  }

  /** The run in flight is interrupted; the new one begins when it has ended. */
  static Overlap cancelOlder() {
    return new CancelOlder();
  }

  /** Up to {@code max} runs at a time; triggers beyond become one further run. */
  static Overlap parallel(int max) {
    return new Parallel(max);
  }

  /** How many runs may be in flight. */
  default int capacity() {
    return 1;
  }

  /** What is wrong with it; empty when nothing is. */
  default List<String> problems() {
    return List.of();
  }

  /** See {@link #coalesce}. */
  record Coalesce() implements Overlap {
    @Override
    public String toString() {
      return "coalesce";
    }
  }

  /** See {@link #skip}. */
  record Skip() implements Overlap {
    @Override
    public String toString() {
      return "skip";
    }
  }

  /**
   * See {@link #queue}.
   *
   * @param max from 1 to 1,000,000
   */
  record Queue(int max) implements Overlap {
    @Override
    public List<String> problems() {
      return range("queue", max, 1_000_000);
    }

    @Override
    public String toString() {
      return "queue(" + max + ")";
    }
  }

  /** See {@link #cancelOlder}. */
  record CancelOlder() implements Overlap {
    @Override
    public String toString() {
      return "cancelOlder";
    }
  }

  /**
   * See {@link #parallel}.
   *
   * @param max from 1 to 10,000
   */
  record Parallel(int max) implements Overlap {
    @Override
    public int capacity() {
      return max;
    }

    @Override
    public List<String> problems() {
      return range("parallel", max, 10_000);
    }

    @Override
    public String toString() {
      return "parallel(" + max + ")";
    }
  }

  private static List<String> range(String what, int value, int most) {
    return value >= 1 && value <= most
        ? List.of()
        : List.of("the overlap " + what + "(" + value + ") is not between 1 and " + most);
  }
}
