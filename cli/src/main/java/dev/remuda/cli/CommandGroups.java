package dev.remuda.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;

/** The list of commands in {@code remuda --help}, by what one wants to do. */
final class CommandGroups {
  private static final int INDENT = 11;
  private static final Map<String, List<String>> GROUPS = groups();

  private CommandGroups() {}

  private static Map<String, List<String>> groups() {
    var groups = new LinkedHashMap<String, List<String>>();
    groups.put("Serve and call:", List.of("demo", "serve", "call"));
    groups.put(
        "See what a running server does:", List.of("status", "top", "workers", "dump", "events"));
    groups.put("Change it:", List.of("kill", "retire", "reload", "drain"));
    groups.put("Queues and daemons:", List.of("enqueue", "queue", "dead", "run", "kick"));
    groups.put("Other:", List.of());
    return groups;
  }

  /** All commands, those of no group last. */
  static String render(Help help) {
    Map<String, Help> rest = new LinkedHashMap<>(help.subcommands());
    var text = new StringBuilder();
    GROUPS.forEach((head, names) -> {
      List<String> shown = names.isEmpty() ? List.copyOf(rest.keySet()) : names;
      text.append("%n".formatted()).append(help.colorScheme().text("@|bold " + head + "|@"));
      text.append("%n".formatted());
      for (String name : shown) {
        Help command = rest.remove(name);
        if (command != null) {
          text.append(line(help, name, command));
        }
      }
    });
    return text.toString();
  }

  private static String line(Help help, String name, Help command) {
    String header = command.commandSpec().usageMessage().header()[0];
    String indent = "\n" + " ".repeat(INDENT);
    return "  "
        + help.colorScheme().commandText(name)
        + " ".repeat(INDENT - 2 - name.length())
        + String.join(indent, Terminal.wrapped(header, Terminal.WIDTH - INDENT))
        + "\n";
  }
}
