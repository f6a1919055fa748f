package dev.remuda.protocol;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param blameless whether its supervisor knows that what ran in it did not end it: the server was
 *     closed, the worker was not needed, or its connection had ended before
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
    List<String> lastLines,
    boolean blameless) {
  /** How much of the last lines travels at the most, in characters; the newest do. */
  private static final int WIRE_CHARACTERS = 256 << 10;

  /** Copies the lines. */
  public WorkerExit {
    lastLines = List.copyOf(lastLines);
  }

  /** An end that what ran in it may be to blame for. */
  public WorkerExit(
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
    this(id, pid, cause, reason, age, checkouts, cpu, maxRssKib, crashReport, lastLines, false);
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

    private Map<String, @Nullable Object> toWire() {
      var wire = new LinkedHashMap<String, @Nullable Object>();
      switch (this) {
        case Exited(int status) -> wire.put("exited", status);
        case Signalled(String signal) -> wire.put("signalled", signal);
        case Crashed(String signal, String frame) -> {
          wire.put("crashed", signal);
          wire.put("frame", frame);
        }
        case OutOfMemory(String what) -> wire.put("outOfMemory", what);
      }
      return wire;
    }

    private static @Nullable Cause fromWire(Map<?, ?> wire) {
      if (wire.get("exited") instanceof Long status && status >= 0 && status <= 255) {
        return new Exited(status.intValue());
      } else if (wire.get("signalled") instanceof String signal) {
        return new Signalled(signal);
      } else if (wire.get("crashed") instanceof String signal) {
        return new Crashed(signal, wire.get("frame") instanceof String frame ? frame : "");
      } else if (wire.get("outOfMemory") instanceof String what) {
        return new OutOfMemory(what);
      }
      return null;
    }
  }

  /** As a value of a message; of very long lines only as many as are worth to travel. */
  public Map<String, @Nullable Object> toWire() {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("id", id);
    wire.put("pid", pid);
    wire.put("cause", cause.toWire());
    wire.put("reason", reason);
    wire.put("ageMillis", age.toMillis());
    wire.put("checkouts", checkouts);
    wire.put("cpuMillis", cpu.toMillis());
    wire.put("maxRssKib", maxRssKib);
    wire.put("crashReport", crashReport);
    wire.put("lastLines", newest(lastLines));
    if (blameless) {
      wire.put("blameless", true);
    }
    return wire;
  }

  private static List<String> newest(List<String> lines) {
    int from = lines.size();
    int room = WIRE_CHARACTERS;
    while (from > 0 && lines.get(from - 1).length() <= room) {
      room -= lines.get(--from).length();
    }
    return lines.subList(from, lines.size());
  }

  /**
   * The exit that {@link #toWire} gave; null for what names no worker or no cause. All else counts
   * as absent where it has the wrong shape: 0, null or no lines.
   */
  public static @Nullable WorkerExit fromWire(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> wire)
        || !(wire.get("id") instanceof String id)
        || !(wire.get("cause") instanceof Map<?, ?> causeWire)) {
      return null;
    }
    Cause cause = Cause.fromWire(causeWire);
    return cause == null
        ? null
        : new WorkerExit(
            id,
            number(wire, "pid"),
            cause,
            text(wire, "reason"),
            Duration.ofMillis(number(wire, "ageMillis")),
            (int) Math.min(number(wire, "checkouts"), Integer.MAX_VALUE),
            Duration.ofMillis(number(wire, "cpuMillis")),
            number(wire, "maxRssKib"),
            text(wire, "crashReport"),
            lines(wire.get("lastLines")),
            Boolean.TRUE.equals(wire.get("blameless")));
  }

  private static long number(Map<?, ?> wire, String key) {
    return wire.get(key) instanceof Long number && number >= 0 ? number : 0;
  }

  private static @Nullable String text(Map<?, ?> wire, String key) {
    return wire.get(key) instanceof String text ? text : null;
  }

  private static List<String> lines(@Nullable Object value) {
    var lines = new ArrayList<String>();
    if (value instanceof List<?> wire) {
      for (Object line : wire) {
        if (line instanceof String text) {
          lines.add(text);
        }
      }
    }
    return lines;
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
