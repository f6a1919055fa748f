package dev.remuda.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code remuda status}: how a server is, in a few lines. */
@Command(
    name = "status",
    sortOptions = false,
    header = "Shows how a running server is.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda status ADDR [--json] [--timeout D]",
    description = {
      "",
      "Whether it serves, how many workers it has, who waits for one and for how",
      "long, and why no worker can be started, if that is so.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda status unix:/run/ocr.sock",
      "  remuda status unix:/run/ocr.sock.ctl --json",
      "",
      "Exit status: 0 answered, 1 refused, 2 wrong usage, 3 no server, or no answer in",
      "time."
    })
final class StatusCommand extends ControlCommand {
  private static final int INDENT = 13;

  @Override
  int run(ControlClient server) throws CommandException {
    if (!(server.ask("status") instanceof Map<?, ?> status)) {
      throw server.nonsense("status");
    }
    if (isJson()) {
      printJson(status);
    } else {
      show(status, server);
    }
    return ExitStatus.DONE;
  }

  private static void show(Map<?, ?> status, ControlClient server) {
    var lines = new LinkedHashMap<String, List<String>>();
    lines.put("listening", strings(status.get("listen")));
    lines.put("control", List.of(server.control().toString()));
    lines.put("workers", List.of(workers(status)));
    lines.put(
        "so far",
        List.of(
            WorkerRow.number(status, "started")
                + " started, "
                + WorkerRow.number(status, "killed")
                + " of them killed"));
    lines.put("tls", gateways(status.get("tls")));
    lines.put("waiting", waiting(status.get("waiting")));
    String trouble = WorkerRow.text(status, "trouble");
    lines.put("trouble", trouble.isEmpty() ? List.of() : wrapped(trouble));
    var text = new StringBuilder(head(status, trouble)).append('\n');
    lines.forEach((label, values) -> {
      String shown = "  " + label;
      for (String value : values) {
        String line = shown + " ".repeat(INDENT - shown.length()) + Printable.line(value);
        text.append(isBad(label) ? Terminal.STDOUT.red(line) : line).append('\n');
        shown = "";
      }
    });
    print(text.toString());
  }

  private static boolean isBad(String label) {
    return label.equals("waiting") || label.equals("trouble");
  }

  private static String head(Map<?, ?> status, String trouble) {
    String state;
    if (Boolean.TRUE.equals(status.get("draining"))) {
      state = Terminal.STDOUT.yellow("draining: it takes no more work");
    } else if (!trouble.isEmpty()) {
      state = Terminal.STDOUT.red("in trouble: no worker can be started or set up");
    } else {
      state = Terminal.STDOUT.green("serving");
    }
    return Terminal.STDOUT.bold(Printable.line(WorkerRow.text(status, "name")))
        + " (pid "
        + WorkerRow.number(status, "pid")
        + ", up "
        + DurationText.rounded(WorkerRow.number(status, "ageMillis"))
        + ") is "
        + state;
  }

  private static String workers(Map<?, ?> status) {
    long all = 0;
    var states = new ArrayList<String>();
    if (status.get("workers") instanceof Map<?, ?> counts) {
      for (Map.Entry<?, ?> each : counts.entrySet()) {
        long count = each.getValue() instanceof Long number ? number : 0;
        all += count;
        states.add(
            count + " " + each.getKey().toString().toLowerCase(Locale.ROOT).replace('_', ' '));
      }
    }
    long most = WorkerRow.number(status, "maxWorkers");
    return all
        + (most == 0 ? "" : " of " + most + " at the most")
        + (states.isEmpty() ? "" : ": " + String.join(", ", states));
  }

  private static List<String> gateways(@Nullable Object value) {
    var lines = new ArrayList<String>();
    if (value instanceof List<?> all) {
      for (Object each : all) {
        if (each instanceof Map<?, ?> gateway) {
          lines.addAll(gateway(gateway));
        }
      }
    }
    return lines;
  }

  private static List<String> gateway(Map<?, ?> gateway) {
    String counts =
        WorkerRow.number(gateway, "connections")
            + " connected, "
            + WorkerRow.number(gateway, "handshakes")
            + " in the handshake, "
            + WorkerRow.number(gateway, "accepted")
            + " taken and "
            + WorkerRow.number(gateway, "refused")
            + " refused so far at "
            + WorkerRow.text(gateway, "address");
    String last = WorkerRow.text(gateway, "lastRefusal");
    return last.isEmpty() ? List.of(counts) : List.of(counts, "last refused: " + last);
  }

  private static List<String> waiting(@Nullable Object value) {
    var lines = new ArrayList<String>();
    if (value instanceof List<?> all) {
      for (Object each : all) {
        if (each instanceof Map<?, ?> queue) {
          long connections = WorkerRow.number(queue, "connections");
          lines.add(
              connections
                  + (connections == 1 ? " connection" : " connections")
                  + " at "
                  + WorkerRow.text(queue, "address")
                  + ", somebody for "
                  + DurationText.rounded(WorkerRow.number(queue, "millis"))
                  + " without a break");
        }
      }
    }
    return lines;
  }

  private static List<String> wrapped(String text) {
    int width = width();
    return width == 0
        ? List.of(text)
        : Terminal.wrapped(Printable.line(text), Math.max(INDENT, width - INDENT));
  }

  private static List<String> strings(@Nullable Object value) {
    return value instanceof List<?> all ? all.stream().map(String::valueOf).toList() : List.of();
  }
}
