package dev.remuda.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A throwable as data (META {@code ex}): nothing of it is ever loaded as a class by the reader.
 *
 * @param className the throwable's class in the worker
 * @param message its message, if it had one
 * @param frames its stack, innermost first, at the most {@value #MAX_FRAMES}
 * @param cause what caused it
 * @param suppressed what was suppressed for it
 */
public record Failure(
    String className,
    @Nullable String message,
    List<StackTraceElement> frames,
    @Nullable Failure cause,
    List<Failure> suppressed) {
  /** Frames beyond this many are cut. */
  public static final int MAX_FRAMES = 256;

  private static final int MAX_CHAIN = 16;

  /** Copies the lists. */
  public Failure {
    frames = List.copyOf(frames);
    suppressed = List.copyOf(suppressed);
  }

  /** The throwable with its causes and suppressed ones, cycles and chains over 16 cut. */
  public static Failure of(Throwable thrown) {
    return of(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static Failure of(Throwable thrown, Set<Throwable> seen) {
    seen.add(thrown);
    StackTraceElement[] stack = thrown.getStackTrace();
    var suppressed = new ArrayList<Failure>();
    for (Throwable each : thrown.getSuppressed()) {
      if (isNew(each, seen)) {
        suppressed.add(of(each, seen));
      }
    }
    Throwable cause = thrown.getCause();
    return new Failure(
        thrown.getClass().getName(),
        wellFormed(thrown.getMessage()),
        List.of(stack).subList(0, Math.min(stack.length, MAX_FRAMES)),
        cause != null && isNew(cause, seen) ? of(cause, seen) : null,
        suppressed);
  }

  /** A text that can travel: an unpaired surrogate, which cannot, becomes a question mark. */
  public static @Nullable String wellFormed(@Nullable String text) {
    return text == null
        ? null
        : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** Without the outermost frames of which {@code machinery} says that they are all the same. */
  public Failure without(Predicate<StackTraceElement> machinery) {
    int length = frames.size();
    while (length > 0 && machinery.test(frames.get(length - 1))) {
      length--;
    }
    return new Failure(
        className,
        message,
        frames.subList(0, length),
        cause == null ? null : cause.without(machinery),
        suppressed);
  }

  private static boolean isNew(Throwable thrown, Set<Throwable> seen) {
    return seen.size() < MAX_CHAIN && !seen.contains(thrown);
  }

  Map<String, @Nullable Object> toWire() {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("class", className);
    if (message != null) {
      wire.put("message", message);
    }
    var lines = new ArrayList<@Nullable Object>(frames.size());
    for (StackTraceElement frame : frames) {
      var line = new ArrayList<@Nullable Object>(4);
      line.add(frame.getClassName());
      line.add(frame.getMethodName());
      line.add(frame.getFileName());
      line.add(frame.getLineNumber());
      lines.add(line);
    }
    wire.put("frames", lines);
    if (cause != null) {
      wire.put("cause", cause.toWire());
    }
    if (!suppressed.isEmpty()) {
      var all = new ArrayList<@Nullable Object>(suppressed.size());
      for (Failure each : suppressed) {
        all.add(each.toWire());
      }
      wire.put("suppressed", all);
    }
    return wire;
  }

  static Failure fromWire(Map<?, ?> wire) {
    return fromWire(wire, MAX_CHAIN);
  }

  private static Failure fromWire(Map<?, ?> wire, int depth) {
    var suppressed = new ArrayList<Failure>();
    if (depth > 0 && wire.get("suppressed") instanceof List<?> all) {
      for (Object each : all) {
        if (each instanceof Map<?, ?> inner && suppressed.size() < MAX_CHAIN) {
          suppressed.add(fromWire(inner, depth - 1));
        }
      }
    }
    return new Failure(
        wire.get("class") instanceof String name ? name : "unknown",
        wire.get("message") instanceof String text ? text : null,
        frames(wire.get("frames")),
        depth > 0 && wire.get("cause") instanceof Map<?, ?> inner
            ? fromWire(inner, depth - 1)
            : null,
        suppressed);
  }

  private static List<StackTraceElement> frames(@Nullable Object wire) {
    var frames = new ArrayList<StackTraceElement>();
    if (wire instanceof List<?> lines) {
      for (Object line : lines) {
        if (frames.size() < MAX_FRAMES && line instanceof List<?> f && f.size() == 4) {
          frames.add(
              new StackTraceElement(
                  String.valueOf(f.get(0)),
                  String.valueOf(f.get(1)),
                  f.get(2) instanceof String file ? file : null,
                  f.get(3) instanceof Long number ? number.intValue() : -1));
        }
      }
    }
    return frames;
  }
}
