package dev.remuda.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/** Events as people read them: the time of day, the worker, what happened and why. */
final class EventLines {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  /** A date is shown when it is another. */
  private LocalDate day = LocalDate.now(ZoneId.systemDefault());

  /** That it has begun. */
  String beginningOf(ControlClient server) {
    return "listening at " + server.control() + " (pid " + server.pid() + ") since " + day;
  }

  /** That there is no more. */
  String endOf(ControlClient server) {
    return "the server (pid " + server.pid() + ") has ended";
  }

  /** One line, or two where a day has begun. */
  String of(Map<?, ?> event) {
    return time(WorkerRow.text(event, "at")) + "  " + Printable.line(what(event));
  }

  private String time(String at) {
    LocalDateTime local;
    try {
      local = LocalDateTime.ofInstant(Instant.parse(at), ZoneId.systemDefault());
    } catch (DateTimeException e) {
      return Printable.line(at);
    }
    String date = local.toLocalDate().equals(day) ? "" : Terminal.STDOUT.bold(day(local)) + "\n";
    return date + Terminal.STDOUT.dim(TIME.format(local));
  }

  private String day(LocalDateTime local) {
    day = local.toLocalDate();
    return day.toString();
  }

  private static String what(Map<?, ?> event) {
    String worker = WorkerRow.text(event, "worker");
    String reason = WorkerRow.text(event, "reason");
    String kind = WorkerRow.text(event, "event");
    return switch (kind) {
      case "started" -> worker + " started, pid " + WorkerRow.number(event, "pid");
      case "moved" ->
          worker
              + " "
              + WorkerRow.text(event, "was")
              + " -> "
              + WorkerRow.text(event, "state")
              + ": "
              + reason;
      case "ended" -> worker + " " + ended(event, reason);
      case "reload" -> "all workers are replaced: " + reason;
      case "drain" -> "no more work is taken: " + reason;
      case "refused" ->
          WorkerRow.text(event, "address")
              + " refuses "
              + WorkerRow.text(event, "peer")
              + ": "
              + reason
              + " ("
              + WorkerRow.number(event, "total")
              + " so far)";
      default -> kind + " " + Printable.json(event);
    };
  }

  private static String ended(Map<?, ?> event, String reason) {
    long checkouts = WorkerRow.number(event, "checkouts");
    return WorkerRow.text(event, "cause")
        + " after "
        + DurationText.rounded(WorkerRow.number(event, "ageMillis"))
        + " and "
        + checkouts
        + (checkouts == 1 ? " checkout" : " checkouts")
        + (reason.isEmpty() ? "" : ": " + reason);
  }
}
