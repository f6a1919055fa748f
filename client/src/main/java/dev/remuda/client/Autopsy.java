package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything known about a worker that died or was killed, and about the call that it had. What is
 * not known is named in {@link #missing}. Its text is what one would paste in a ticket.
 *
 * @param worker the worker's name and number at its supervisor; empty where it never said it
 * @param pid its process number on its host; 0 where it never said it
 * @param checkouts how often this client had checked it out
 * @param method the method that was called
 * @param fingerprint SHA-256 of method and arguments, the same whenever the same is called
 * @param phases where the time went
 * @param threads what its threads were doing just before it was killed; null if it gave no dump
 * @param end how the process ended; null where no supervisor could be asked
 * @param missing what could not be found out, and why
 */
public record Autopsy(
    String worker,
    long pid,
    int checkouts,
    String method,
    String fingerprint,
    PhaseTimes phases,
    @Nullable String threads,
    @Nullable WorkerExit end,
    List<String> missing) {
  /** Copies the list. */
  public Autopsy {
    missing = List.copyOf(missing);
  }

  /** What the worker's threads were doing just before it was killed, where it could say so. */
  public Optional<String> threadDump() {
    return Optional.ofNullable(threads);
  }

  /** How the process ended, where a supervisor could be asked. */
  public Optional<WorkerExit> exit() {
    return Optional.ofNullable(end);
  }

  /** How long the process had lived, where a supervisor could be asked. */
  public Optional<Duration> age() {
    return exit().map(WorkerExit::age);
  }

  /** Several lines: worker, call, times, end, last lines, thread dump, and what is missing. */
  @Override
  public String toString() {
    var lines = new ArrayList<String>();
    lines.add("worker:      " + (worker.isEmpty() ? "unknown" : worker + " (pid " + pid + ")"));
    lines.add("call:        " + method + ", the checkout was its " + ordinal(checkouts) + " here");
    lines.add("fingerprint: " + fingerprint);
    lines.add("times:       " + phases);
    WorkerExit exit = end;
    if (exit != null) {
      lines.add("end:         " + exit.summary());
      if (!exit.lastLines().isEmpty()) {
        lines.add("last lines:");
        exit.lastLines().forEach(line -> lines.add("  | " + line.stripTrailing()));
      }
    }
    if (threads != null) {
      lines.add("threads:");
      threads.stripTrailing().lines().forEach(line -> lines.add("  " + line));
    }
    missing.forEach(what -> lines.add("missing:     " + what));
    return String.join("\n", lines);
  }

  private static String ordinal(int n) {
    int tens = n % 100;
    String ending =
        tens >= 11 && tens <= 13
            ? "th"
            : switch (n % 10) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return n + ending;
  }
}
