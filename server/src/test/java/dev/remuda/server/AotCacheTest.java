package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("hears what all servers log")
@DisplayName("P.9 Workers start from an AOT cache that their supervisor trains")
@Timeout(180)
class AotCacheTest {
  /** Long past the end of any of these tests. */
  private static final Duration NEVER = Duration.ofDays(1);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path shared;
  private static List<Path> jars;

  /** Where one was trained for {@link ServedTraining} with the usual flags. */
  private static Path trained;

  private static Path cache;
  private static List<String> logOfTraining;

  @TempDir Path folder;

  @BeforeAll
  static void train() throws Exception {
    jars = JarsOfTheTests.make(shared);
    trained = shared.resolve("trained/remuda");
    for (Path jar : jars) { // younger ones are not remembered
      await().atMost(PATIENCE).until(() -> JarFiles.isSettled(jar));
    }
    try (var running = start(atOnce(trained))) {
      cache = awaitCache(running);
      assertThat(usesCache(running.awaitIn("STANDBY", 1).getFirst())).isFalse();
      logOfTraining = running.log();
      running.server.kill("test(1)", "its successor is to be looked at");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            List<ServerStats.Worker> standby = running.in("STANDBY");
            assertThat(standby).extracting(ServerStats.Worker::id).containsExactly("test(2)");
            assertThat(usesCache(standby.getFirst())).isTrue();
          });
    }
  }

  /** With no others going before: the tests of other modules may need all processors. */
  private static AotCache atOnce(Path folder) {
    return AotCache.in(folder).trainedAfter(Duration.ZERO).trainedAtNiceness(0);
  }

  private static RunningServer start(AotCache aot, String... flags) throws IOException {
    return start(aot, jars, flags);
  }

  private static RunningServer start(AotCache aot, List<Path> classPath, String... flags)
      throws IOException {
    return RunningServer.start(b ->
        b.aotCache(aot).wholeClassPath(classPath).serve(ServedTraining.class).jvmArguments(flags));
  }

  private static AotStatus status(RunningServer running) {
    return running.server.aotStatus().join();
  }

  private static Path awaitCache(RunningServer running) {
    return await()
        .atMost(PATIENCE)
        .until(() -> status(running).file(), java.util.Optional::isPresent)
        .orElseThrow();
  }

  private static String awaitReason(RunningServer running, String part) {
    return await()
        .atMost(PATIENCE)
        .until(() -> status(running).reason().orElse(""), reason -> reason.contains(part));
  }

  /** A copy for one test, in which the hint that makes a start fast is up to date. */
  private AotCache copy() throws IOException {
    Path copy = folder.resolve("remuda");
    Files.createDirectory(
        copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Stream<Path> files = Files.list(trained)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return AotCache.in(copy).trainedAfter(NEVER);
  }

  private static boolean usesCache(ServerStats.Worker worker) throws IOException {
    return Files.readString(Path.of("/proc", Long.toString(worker.pid()), "maps"))
        .contains(cache.getFileName().toString());
  }

  private static List<String> what(List<String> log) {
    return log.stream().map(line -> line.replaceAll(" .*", "")).toList();
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  @Test
  @DisplayName("P.9 it is for its owner only, and nothing else is left of its making")
  void files() throws Exception {
    assertThat(cache.getFileName().toString()).matches("[0-9a-f]{32}\\.aot");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(trained)))
        .isEqualTo("rwx------");
    assertThat(files(trained, "")).allMatch(f -> f.toString().matches(".*\\.(aot|known)"));
  }

  @Test
  @DisplayName("P.9 of user code only train() runs in a training, on an object of its own")
  void userCode() {
    List<String> inWorker = logOfTraining.stream().filter(l -> l.startsWith("setup")).toList();
    List<String> inTraining = logOfTraining.stream().filter(l -> l.startsWith("train")).toList();
    assertThat(what(logOfTraining)).containsExactlyInAnyOrder("made", "setup", "made", "train");
    assertThat(inTraining.getFirst().substring(6)).isNotEqualTo(inWorker.getFirst().substring(6));
  }

  @Test
  @DisplayName("P.9, P.12 a second server uses it at once, shows it, and loses no line of a worker")
  void secondServer() throws Exception {
    try (var running = start(copy())) {
      assertThat(status(running).state()).isEqualTo(AotStatus.State.USED);
      ServerStats.Worker first = running.awaitIn("STANDBY", 1).getFirst();
      assertThat(first.id()).isEqualTo("test(1)");
      assertThat(usesCache(first)).isTrue();
      assertThat(what(running.log())).containsExactly("made", "setup");
      assertThat(running.printed).isEmpty();
      assertThat(running.server.settings().get("aotCache")).endsWith(", trained after PT24H");
      try (RawPeer control = running.ask()) {
        assertThat(control.call("[\"do\",{},\"status\"]"))
            .contains("\"aot\":{\"cache\":\"" + folder.resolve("remuda"), ".aot\",\"since\":\"");
      }
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"hello\"]")).isEqualTo("[\"ok\",{},\"hello\"]");
      }
      running.awaitPrinted("[ ] hello is called");
    }
  }

  @Test
  @DisplayName("P.9 a file that is no cache, or half of one, costs one line, and goes")
  void brokenFile() throws Exception {
    AotCache aot = copy();
    Path broken = files(folder.resolve("remuda"), ".aot").getFirst();
    try (var channel =
        java.nio.channels.FileChannel.open(broken, java.nio.file.StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(broken) / 2);
    }
    try (var log = new LogLines();
        var running = start(aot)) {
      String reason = awaitReason(running, "does not work");
      assertThat(reason).contains(broken.toString(), "test(1)", "truncated");
      assertThat(running.awaitIn("STANDBY", 1).getFirst().id()).isEqualTo("test(1)");
      assertThat(log.containing("without an AOT cache")).hasSize(1);
      assertThat(running.printed).isEmpty();
      assertThat(broken).doesNotExist();
    }
  }

  @Test
  @DisplayName("P.9 one that makes a JVM crash is let go of; the next worker starts without")
  void crashingFile() throws Exception {
    AotCache aot = copy();
    Path broken = files(folder.resolve("remuda"), ".aot").getFirst();
    try (var file = new java.io.RandomAccessFile(broken.toFile(), "rw")) {
      file.seek(file.length() / 5);
      file.write(new byte[(int) file.length() / 2]);
    }
    try (var log = new LogLines();
        var running = start(aot)) {
      assertThat(awaitReason(running, "does not work")).contains("test(1)");
      ServerStats.Worker next = running.awaitIn("STANDBY", 1).getFirst();
      assertThat(usesCache(next)).isFalse();
      assertThat(log.containing("without an AOT cache")).hasSize(1);
    }
  }

  @Test
  @DisplayName("P.9 once a jar has changed, workers start without: a JVM would run its old code")
  void changedJar() throws Exception {
    Path served = jars.getLast();
    Path own = Files.copy(served, folder.resolve("served.jar"));
    List<Path> classPath =
        Stream.concat(jars.stream().filter(j -> !j.equals(served)), Stream.of(own)).toList();
    AotCache aot = atOnce(folder.resolve("caches"));
    try (var running = start(aot, classPath)) {
      Path first = awaitCache(running);
      JarsOfTheTests.change(own, served);
      running.server.kill("test(1)", "its successor is to be looked at");
      await()
          .atMost(PATIENCE)
          .until(() -> running.in("STANDBY").stream().anyMatch(w -> w.id().equals("test(2)")));
      Path second =
          await()
              .atMost(PATIENCE)
              .until(() -> status(running).file(), f -> f.isPresent() && !f.get().equals(first))
              .orElseThrow();
      assertThat(second).exists();
    }
  }

  @Test
  @DisplayName("P.9 of two servers that want the same one trains, and both use it")
  void twoAtOnce() throws Exception {
    AotCache aot = atOnce(folder.resolve("caches"));
    Path told = folder.resolve("told");
    Files.createDirectory(told);
    Files.createFile(told.resolve("train-waits"));
    Files.createFile(told.resolve("train-fails"));
    try (var log = new LogLines();
        var one = startIn(told, aot);
        var other = startIn(told, aot)) {
      awaitTraining(told);
      assertThat(status(one).state()).isEqualTo(AotStatus.State.TRAINING);
      assertThat(status(other).state()).isEqualTo(AotStatus.State.TRAINING);
      Files.delete(told.resolve("train-waits"));
      assertThat(awaitCache(one)).isEqualTo(awaitCache(other));
      assertThat(what(Files.readAllLines(told.resolve("log")))).containsOnlyOnce("train");
      assertThat(log.containing("train() failed: java.lang.IllegalStateException: no data"))
          .hasSize(1);
      assertThat(log.containing("just trained")).hasSize(1);
    }
  }

  @Test
  @DisplayName(
      "P.9 a training has the least priority; closing its server leaves no process, file or lock")
  void closedWhileTraining() throws Exception {
    Path caches = folder.resolve("caches");
    Path told = Files.createDirectory(folder.resolve("told"));
    Files.createFile(told.resolve("train-waits"));
    long pid;
    try (var running = startIn(told, AotCache.in(caches).trainedAfter(Duration.ZERO))) {
      pid = Long.parseLong(awaitTraining(told).substring(6));
      assertThat(nice(pid)).isEqualTo(19);
      assertThat(status(running).state()).isEqualTo(AotStatus.State.TRAINING);
    }
    assertThat(RunningServer.alive(pid)).isFalse();
    assertThat(files(caches, "")).isEmpty();
  }

  private static RunningServer startIn(Path told, AotCache aot) throws IOException {
    return RunningServer.start(b ->
        b.aotCache(aot)
            .wholeClassPath(jars)
            .serve(ServedTraining.class)
            .environment("TRIAL", told.toString()));
  }

  private static String awaitTraining(Path told) {
    Path log = told.resolve("log");
    return await()
        .atMost(PATIENCE)
        .until(
            () -> Files.exists(log) ? Files.readAllLines(log) : List.<String>of(),
            lines -> lines.stream().anyMatch(l -> l.startsWith("train ")))
        .stream()
        .filter(l -> l.startsWith("train "))
        .findFirst()
        .orElseThrow();
  }

  /** The 19th field of /proc/PID/stat. */
  private static int nice(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }

  @Test
  @DisplayName("P.9 without a folder that can be used workers start all the same, and it is said")
  void uselessFolder() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (Path useless : List.of(Path.of("/proc/remuda"), open, folder.resolve("co:lon"))) {
      try (var log = new LogLines();
          var running = start(atOnce(useless))) {
        assertThat(awaitReason(running, useless.toString())).isNotEmpty();
        assertThat(log.containing("without an AOT cache")).hasSize(1);
        running.awaitIn("STANDBY", 1);
      }
    }
  }

  @Test
  @DisplayName("P.9 off is off; one's own flags and folders of classes are left alone, saying why")
  void leftAlone() throws Exception {
    AotCache aot = atOnce(folder.resolve("caches"));
    try (var running = start(AotCache.OFF)) {
      assertThat(status(running).reason()).hasValue("it is off");
    }
    try (var running = start(aot, "-XX:AOTCache=" + cache)) {
      assertThat(awaitReason(running, "told otherwise")).endsWith(cache.toString());
      assertThat(usesCache(running.awaitIn("STANDBY", 1).getFirst())).isTrue();
    }
    try (var running = RunningServer.start(b -> b.aotCache(aot).serve(ServedTraining.class))) {
      assertThat(awaitReason(running, "is a folder of the class path")).isNotEmpty();
    }
    assertThat(folder.resolve("caches").resolve("x").getParent())
        .satisfiesAnyOf(f -> assertThat(f).doesNotExist(), f -> assertThat(f).isEmptyDirectory());
  }
}
