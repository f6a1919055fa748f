package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.10 What a worker's command line is made of")
@Timeout(120)
class SurroundingsTest {
  private static final Path HERE = Path.of("").toAbsolutePath();

  @TempDir Path folder;

  @Test
  @DisplayName("P.10 relative paths are from here, though workers start in another directory")
  void relativePaths() throws Exception {
    Path crashes = folder.toRealPath().resolve("crashes");
    try (var running =
        RunningServer.start(b ->
            b.serve(Served.Trial.class)
                .javaHome(HERE.relativize(Path.of(System.getProperty("java.home"))))
                .crashReports(HERE.relativize(crashes))
                .workingDirectory(folder))) {
      long pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      String line = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
      String errorFile = "-XX:ErrorFile=";
      String report = line.substring(line.indexOf(errorFile) + errorFile.length());
      assertThat(Path.of(report.substring(0, report.indexOf('\0'))).isAbsolute()).isTrue();
      assertThat(Path.of(report.substring(0, report.indexOf('\0'))).getParent().toRealPath())
          .isEqualTo(crashes);
    }
  }

  @Test
  @DisplayName("P.10 crash reports, which hold an environment, go into no other user's folder")
  void crashReportsOfAnother() throws Exception {
    assumeThat(Linux.ownUid()).as("only root can give a folder away").isZero();
    Files.setAttribute(folder, "unix:uid", 65534);
    assertThatThrownBy(() -> CrashReports.prepare(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "crash reports are not kept in "
                + folder
                + ": it belongs to another user, number 65534");
    Files.setAttribute(folder, "unix:uid", 0);
  }

  @Test
  @DisplayName("P.10 a folder for crash reports that cannot be is named, with what is wrong")
  void noFolderForCrashReports() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> CrashReports.prepare(file))
        .hasMessage(
            "cannot keep crash reports in "
                + file
                + ": java.nio.file.FileAlreadyExistsException: "
                + file);
  }

  @Test
  @DisplayName("P.8 standby on several addresses is not over maxWorkers by so much that it fits")
  void overflow() {
    var builder =
        TaskServer.builder()
            .command("/bin/false")
            .listen("unix:" + folder.resolve("a"))
            .listen("unix:" + folder.resolve("b"))
            .standby(Integer.MAX_VALUE)
            .maxWorkers(5);
    assertThatThrownBy(builder::start).hasMessageContaining("is over maxWorkers 5");
  }

  @Test
  @DisplayName("P.8 a number of workers that cannot be is named once, not compared with others")
  void negative() {
    var builder =
        TaskServer.builder()
            .command("/bin/false")
            .listen("unix:" + folder.resolve("a"))
            .standby(-1)
            .maxWorkers(-2);
    assertThatThrownBy(builder::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "standby is at least 0, not -1; maxWorkers is at least 1, or 0 for no limit, not -2");
  }
}
