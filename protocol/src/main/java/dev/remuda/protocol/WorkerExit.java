package dev.remuda.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a worker process ended, as its supervisor saw it.
 *
 * @param id the worker's name and number, such as {@code passwords(7)}
 * @param pid its process number
 * @param cause why it ended
 * @param reason why the supervisor killed it, where it did
 * @param age from start to end
 * @param checkouts connections it had accepted
 * @param cpu user and system time of the process
 * @param maxRssKib its largest resident size, in KiB
 * @param crashReport path of the JVM's own crash report, where it wrote one
 * @param lastLines the last lines of its stdout and stderr, oldest first
 */
public record WorkerExit(
    String id,
    long pid,
    Cause cause,
    @Nullable String reason,
    Duration age,
    int checkouts,
    Duration cpu,
    long maxRssKib,
    @Nullable String crashReport,
    List<String> lastLines) {
  /** Copies the lines. */
  public WorkerExit {
    lastLines = List.copyOf(lastLines);
  }

  /** Why a process ended. */
  public sealed interface Cause {
    /** It left by itself with this status. */
    record Exited(int status) implements Cause {
      @Override
      public String toString() {
        return "exited with status " + status;
      }
    }

    /** A signal ended it, such as {@code SIGKILL}. */
    record Signalled(String signal) implements Cause {
      @Override
      public String toString() {
        return "was ended by " + signal;
      }
    }

    /**
     * The JVM caught a fatal signal in code it ran, wrote its report and aborted.
     *
     * @param signal such as {@code SIGSEGV}
     * @param frame the problematic frame as the JVM named it; may be empty
     */
    record Crashed(String signal, String frame) implements Cause {
      @Override
      public String toString() {
        return "crashed with " + signal + (frame.isEmpty() ? "" : " in " + frame);
      }
    }

    /** It ran out of memory, such as {@code Java heap space}. */
    record OutOfMemory(String what) implements Cause {
      @Override
      public String toString() {
        return "ran out of memory (" + what + ")";
      }
    }
  }

  /** One line: who, how, how old, how much it had used. */
  public String summary() {
    return "worker "
        + id
        + " (pid "
        + pid
        + ") "
        + cause
        + (reason == null ? "" : ", killed by its supervisor: " + reason)
        + " after "
        + age.toMillis()
        + " ms, "
        + checkouts
        + (checkouts == 1 ? " checkout, " : " checkouts, ")
        + cpu.toMillis()
        + " ms CPU, "
        + maxRssKib / 1024
        + " MiB resident at most"
        + (crashReport == null ? "" : ", crash report " + crashReport);
  }
}
