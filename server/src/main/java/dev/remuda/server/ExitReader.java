package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells from a status and the last lines why a worker ended. */
final class ExitReader {
  private static final int OUT_OF_MEMORY_STATUS = 3;
  private static final int CRASHED_STATUS = 1;
  private static final Pattern OUT_OF_MEMORY =
      Pattern.compile("Terminating due to java\\.lang\\.OutOfMemoryError: ?(.*)");
  private static final Pattern FATAL_SIGNAL = Pattern.compile("#  (SIG[A-Z]+) \\(0x.*");
  private static final Pattern FRAME = Pattern.compile("# ([A-Za-z])  ?(.*)");

  private final Path crashReports;

  ExitReader(Path crashReports) {
    this.crashReports = crashReports;
  }

  WorkerExit read(
      ExitStatus status,
      String id,
      long pid,
      @Nullable String killReason,
      Duration age,
      int checkouts,
      List<String> lastLines,
      boolean blameless) {
    Path report = crashReports.resolve("hs_err_pid" + pid + ".log");
    return new WorkerExit(
        id,
        pid,
        cause(status, lastLines),
        killReason,
        age,
        checkouts,
        status.userCpu().plus(status.systemCpu()),
        status.maxRssKiB(),
        Files.exists(report) ? report.toString() : null,
        lastLines,
        blameless);
  }

  private static WorkerExit.Cause cause(ExitStatus status, List<String> lines) {
    return switch (status.ending()) {
      case ExitStatus.Exited(int code) -> {
        String memory = code == OUT_OF_MEMORY_STATUS ? find(OUT_OF_MEMORY, lines) : null;
        if (memory != null) {
          yield new WorkerExit.Cause.OutOfMemory(memory);
        }
        // Where no core is to be dumped, the JVM ends its report with a plain exit.
        String caught = code == CRASHED_STATUS ? find(FATAL_SIGNAL, lines) : null;
        yield caught == null
            ? new WorkerExit.Cause.Exited(code)
            : new WorkerExit.Cause.Crashed(caught, frame(lines));
      }
      case ExitStatus.Signalled signalled -> {
        String caught = signalled.signalName().equals("SIGABRT") ? find(FATAL_SIGNAL, lines) : null;
        yield caught == null
            ? new WorkerExit.Cause.Signalled(signalled.signalName())
            : new WorkerExit.Cause.Crashed(caught, frame(lines));
      }
    };
  }

  private static @Nullable String find(Pattern pattern, List<String> lines) {
    for (String line : lines.reversed()) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    return null;
  }

  private static String frame(List<String> lines) {
    int title = lines.lastIndexOf("# Problematic frame:");
    if (title >= 0 && title + 1 < lines.size()) {
      Matcher matcher = FRAME.matcher(lines.get(title + 1));
      if (matcher.matches()) {
        return matcher.group(2).strip();
      }
    }
    return "";
  }
}
