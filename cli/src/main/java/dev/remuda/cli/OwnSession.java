package dev.remuda.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Has a program run in a session of its own: a terminal's Ctrl-C goes to its whole foreground
 * group, and whoever started the program is to decide what becomes of it.
 */
final class OwnSession {
  /** A program keeps ignoring what was ignored when it began. */
  private static final String IGNORING = "trap '' INT QUIT; exec \"$@\"";

  private OwnSession() {}

  /** The words that start a command so. */
  static List<String> of(List<String> command) {
    return of(command, find("setsid"));
  }

  static List<String> of(List<String> command, Optional<Path> setsid) {
    var words = new ArrayList<String>();
    setsid.ifPresentOrElse(
        program -> words.add(program.toString()),
        () -> words.addAll(List.of("/bin/sh", "-c", IGNORING, "sh")));
    words.addAll(command);
    return words;
  }

  /** Where a program is that is named as a shell would find it. */
  static Optional<Path> find(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
