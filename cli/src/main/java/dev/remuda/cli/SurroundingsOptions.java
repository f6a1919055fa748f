package dev.remuda.cli;

import dev.remuda.server.TaskServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a server's workers find around them. */
final class SurroundingsOptions {
  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Their working directory. Default: this one.")
  private @Nullable Path directory;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "A variable of their environment, beside those of here; may be repeated.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(names = "--java-home", paramLabel = "DIR", description = "Their JDK. Default: this one.")
  private @Nullable Path javaHome;

  @Option(
      names = "--crash-reports",
      paramLabel = "DIR",
      description = "Where a JVM that crashes writes its report.")
  private @Nullable Path crashReports;

  /** The options that were given and mean nothing to a worker that is no JVM of ours. */
  List<String> givenForJavaOnly() {
    var given = new ArrayList<String>();
    if (javaHome != null) {
      given.add("--java-home");
    }
    if (crashReports != null) {
      given.add("--crash-reports");
    }
    return given;
  }

  /** Where workers start, and so where a relative path to their program does. */
  Path directory() {
    return directory == null ? Path.of("") : directory;
  }

  void apply(TaskServer.Builder builder) {
    if (directory != null) {
      builder.workingDirectory(directory);
    }
    environment.forEach(builder::environment);
    if (javaHome != null) {
      builder.javaHome(javaHome);
    }
    if (crashReports != null) {
      builder.crashReports(crashReports);
    }
  }
}
