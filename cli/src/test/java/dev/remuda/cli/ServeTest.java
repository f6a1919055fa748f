package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeTest {
  private static final String ECHO = "dev.remuda.examples.Echo";

  @TempDir Path folder;

  private Command serve(Path socket, String... more) {
    return Command.start(words(socket, more));
  }

  /** One that ends as it is refused. */
  private static Command.Ended refused(Path socket, String... more) {
    return Command.run(words(socket, more));
  }

  private static String[] words(Path socket, String... more) {
    return Stream.concat(
            Stream.of("serve", "--listen", "unix:" + socket, "--class", ECHO), Stream.of(more))
        .toArray(String[]::new);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void itShowsItsConfigurationAndThatAWorkerIsReady() throws IOException {
    Path socket = folder.resolve("s.sock");
    try (var server =
        serve(
            socket,
            "--listen",
            "tcp:127.0.0.1:0",
            "--name",
            "try",
            "--jvm-arg",
            "-Xmx99m",
            "--hung-worker-timeout",
            "30s",
            "--max-workers",
            "7",
            "--max-checkouts=9",
            "--max-age=1h",
            "--max-idle=5m",
            "--soft-memory-limit=300m",
            "--hard-memory-limit=1G",
            "--env=TRIAL=a=b",
            "--directory",
            folder.toString())) {
      server.awaitErr("Ctrl-C ends all");
      assertThat(server.out()).matches("ready: unix:" + socket + " tcp:127.0.0.1:[1-9]\\d+\n");
      assertThat(server.err())
          .containsPattern("class +" + ECHO)
          .containsPattern("standby +1")
          .containsPattern("maxWorkers +7")
          .containsPattern("hungWorkerTimeout +30s")
          .contains("-Xmx99m")
          .containsPattern("maxCheckouts +9")
          .containsPattern("maxAge +1h")
          .containsPattern("maxIdle +5m")
          .containsPattern("softMemoryLimit +300 MiB")
          .containsPattern("hardMemoryLimit +1024 MiB")
          .doesNotContain("Exception");
      Path worker = Path.of("/proc", String.valueOf(server.children().getFirst().pid()));
      assertThat(Files.readString(worker.resolve("environ"))).contains("\0TRIAL=a=b\0");
      assertThat(worker.resolve("cwd").toRealPath()).isEqualTo(folder.toRealPath());
      String tcp = server.out().strip().split(" ", -1)[2];
      assertThat(Command.run("call", tcp, "echo", "1").out()).isEqualTo("[1]\n");
    }
  }

  @Test
  @DisplayName("P.12 what a worker prints is shown with its name and number")
  void outputOfWorkersIsTagged() {
    Path socket = folder.resolve("s.sock");
    try (var server = serve(socket, "--name", "try").awaitOut("ready: ")) {
      Command.run("call", "unix:" + socket, "allocate", "1000000");
      server.awaitErr("] Terminating due to java.lang.OutOfMemoryError");
      assertThat(server.err()).containsPattern("\\[try\\(\\d+\\)\\] Terminating");
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130"})
  void aSignalLeavesNoProcessAndNoSocket(String signal, int status) throws IOException {
    try (var server = serve(folder.resolve("s.sock"), "--standby", "2").awaitOut("ready: ")) {
      List<ProcessHandle> workers = server.children();
      assertThat(workers).isNotEmpty();
      server.signal(signal);
      Command.Ended ended = server.end();
      assertThat(ended.status()).isEqualTo(status);
      assertThat(ended.err()).doesNotContain("Exception", "remuda: warning");
      Command.awaitGone(workers);
      assertThat(files()).isEmpty();
    }
  }

  @Test
  @DisplayName("P.14 a socket in use by a live server is refused, that of a dead one taken over")
  void socketsOfLiveAndDeadServers() throws IOException {
    Path socket = folder.resolve("s.sock");
    try (var first = serve(socket).awaitOut("ready: ")) {
      refused(socket)
          .complains(2, socket + " is in use by a live server (pid " + first.pid() + ")");
      List<ProcessHandle> workers = first.children();
      assertThat(workers).isNotEmpty();
      first.signal("KILL");
      assertThat(first.end().status()).isEqualTo(137);
      Command.awaitGone(workers);
      assertThat(files()).contains("s.sock");
    }
    try (var heir = serve(socket).awaitOut("ready: ")) {
      assertThat(Command.run("call", "unix:" + socket, "echo", "2").out()).isEqualTo("[2]\n");
      heir.signal("TERM");
      assertThat(heir.end().status()).isEqualTo(143);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("P.15 --replace takes over from a live server, which ends when its clients let go")
  void replaced() throws IOException {
    Path socket = folder.resolve("s.sock");
    try (var first = serve(socket, "--replace").awaitOut("ready: ")) {
      try (var second = serve(socket, "--replace").awaitOut("ready: ")) {
        assertThat(first.end().status()).isZero();
        assertThat(first.err())
            .contains("handed over to the server with pid " + second.pid())
            .doesNotContain("Exception");
        assertThat(Command.run("call", "unix:" + socket, "echo", "2").out()).isEqualTo("[2]\n");
        serve(folder.resolve("t.sock"), "--replace", "--control", "unix:" + socket + ".ctl")
            .end()
            .complains(
                2,
                "cannot replace the server at unix:"
                    + socket
                    + ".ctl: it listens on unix:"
                    + socket
                    + " too");
        assertThat(Command.run("call", "unix:" + socket, "echo", "3").out()).isEqualTo("[3]\n");
        second.signal("TERM");
        assertThat(second.end().status()).isEqualTo(143);
      }
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "tcp:127.0.0.1:" + taken.getLocalPort();
      Command.run("serve", "--listen", address, "--class", ECHO)
          .complains(2, "cannot listen on " + address, "Address already in use");
    }
  }

  @Test
  void whatStandsInTheWayOfASocketIsNamed() throws IOException {
    String noFolder = "unix:" + folder.resolve("none/s.sock");
    Command.run("serve", "--listen", noFolder, "--class", ECHO)
        .complains(
            2, "cannot listen on " + noFolder, "there is no folder " + folder.resolve("none"));
    String notMine = "unix:/proc/s.sock";
    Command.run("serve", "--listen", notMine, "--class", ECHO)
        .complains(2, "cannot listen on " + notMine);
    Path file = Files.createFile(folder.resolve("file"));
    Command.run("serve", "--listen", "unix:" + file, "--class", ECHO)
        .complains(2, "cannot listen on unix:" + file, "a file is there, and no socket");
    assertThat(files()).as("nothing is left behind").containsExactly("file");
  }

  @Test
  void aPathTooLongForAUnixSocketIsNamed() {
    Command.run("serve", "--listen", "unix:/tmp/" + "x".repeat(110), "--class", ECHO)
        .complains(2, "1 to 106 bytes, this has 115");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--class com.acme.Nope | there is no class com.acme.Nope here; --class-path CP says where",
        "--class com.acme.Nope --class-path / | there is no class com.acme.Nope on the workers'"
            + " class path",
        "--class java.lang.Object | java.lang.Object has no public method to call",
        "--class java.lang.Runnable | java.lang.Runnable is abstract",
        "--class dev.remuda.examples.Echo --class-path /no.jar | there is no /no.jar",
        "`` | give either --class NAME or -- COMMAND, not none",
        "--class dev.remuda.examples.Echo -- cat | give either --class NAME or -- COMMAND, not"
            + " both",
        "--jvm-arg -Xmx1g -- cat | --jvm-arg can be given with --class only",
        "-- /no/such/program | there is no program /no/such/program",
        "-- no-such-program | there is no program no-such-program",
        "--class dev.remuda.examples.Echo --standby x | --standby",
        "--class dev.remuda.examples.Echo --standby -1 | standby",
        "--class dev.remuda.examples.Echo --standby 3 --max-workers 2 | is over --max-workers 2",
        "--class dev.remuda.examples.Echo --hung-worker-timeout 5 | '5' is no duration",
        "--class dev.remuda.examples.Echo --name a/b | not a/b",
        "--class dev.remuda.examples.Echo --hard-memory-limit 5 | '5' is no size: write 512m",
        "--java-home /usr -- cat | --java-home can be given with --class only",
        "--class dev.remuda.examples.Echo --listen tcp:0.0.0.0:0 | say --insecure if you mean it",
        "--class dev.remuda.examples.Echo --listen tls:0.0.0.0:0 | [tls:0.0.0.0:0] needs --cert,"
            + " --key and --ca",
        "--class dev.remuda.examples.Echo --listen tls:0.0.0.0:0 --replace | --replace cannot take"
            + " over [tls:0.0.0.0:0]: only unix: and tcp: are handed on; drain the other server",
        "--class dev.remuda.examples.Echo --listen nowhere | not an address: 'nowhere'",
        "--class dev.remuda.examples.Echo --stanby 3 | no option '--stanby'; did you mean"
            + " --standby?",
        "--class dev.remuda.examples.Echo --control tcp:127.0.0.1:1 | the control address is"
            + " unix:PATH",
        "--clas dev.remuda.examples.Echo | no option '--clas'; did you mean --class",
      })
  void aConfigurationThatCannotBeIsNamed(String options, String complaint) throws IOException {
    Command.run(
            Stream.concat(
                    Stream.of("serve", "--listen", "unix:" + folder.resolve("s.sock")),
                    Stream.of(options.split(" ", -1)).filter(word -> !word.isEmpty()))
                .toArray(String[]::new))
        .complains(2, complaint);
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("P.17 retire rules that cannot be are named, all of them at once")
  void rulesThatCannotBe() {
    refused(
            folder.resolve("s.sock"),
            "--max-checkouts=-1",
            "--max-age=1ms",
            "--max-idle=2ms",
            "--soft-memory-limit=2g",
            "--hard-memory-limit=1g",
            "--java-home=/none",
            "--directory=/none")
        .complains(
            2,
            "--max-checkouts is at least 1, or 0 for no limit, not -1",
            "--max-age is 10 ms to 365 days",
            "--max-idle is 10 ms to 365 days",
            "the soft memory limit of 2147483648 is not under the hard one of 1073741824",
            "there is no bin/java in /none",
            "the working directory does not exist: /none");
  }

  @Test
  @DisplayName("P.50 who may connect is said by options; they end at the sockets of that server")
  void whoMayConnect() throws IOException {
    Path socket = folder.resolve("s.sock");
    try (var server =
        serve(socket, "--socket-mode=0660", "--socket-group=0", "--allow-user=root")) {
      server.awaitErr("Ctrl-C ends all");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
      Path control = folder.resolve("s.sock.ctl");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control)))
          .isEqualTo("rw-------");
    }
    refused(socket, "--socket-mode=0777", "--socket-group=nobody-there", "--allow-user=root")
        .complains(2, "--socket-mode is 0600 to 0666 without an odd digit, not 0777");
    refused(socket, "--socket-group=no-such-group", "--allow-user=no-such-user")
        .complains(
            2,
            "--socket-group no-such-group may not connect with --socket-mode 0600",
            "no-such-user",
            "--allow-user [no-such-user] needs a --socket-mode that lets them, not 0600");
    refused(socket, "--socket-mode=666")
        .complains(2, "say --allow-user USER, or --insecure if you mean it");
  }

  @Test
  void aMissingAddressIsNamed() {
    Command.run("serve", "--class", ECHO).complains(2, "--listen ADDR is missing");
    Command.run("serve", "--class", ECHO, "--listen", "tcp:127.0.0.1:0", "--replace")
        .complains(2, "--replace asks at a control address: say --control ADDR");
  }

  @Test
  @DisplayName("P.8 with no standby the first call starts a worker")
  void noStandby() {
    Path socket = folder.resolve("s.sock");
    try (var server = serve(socket, "--standby", "0").awaitOut("ready: ")) {
      assertThat(server.children()).isEmpty();
      assertThat(Command.run("call", "unix:" + socket, "echo").out()).isEqualTo("[]\n");
    }
  }

  @Test
  @DisplayName("P.11 a relative path to a program starts in the directory that workers have")
  void aProgramInTheDirectoryOfWorkers() throws IOException {
    Path program = folder.resolve("run.sh");
    Files.writeString(program, "#!/bin/sh\necho ready >&4\nread line <&3\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    try (var server =
        Command.start(
            "serve",
            "--listen",
            "unix:" + folder.resolve("s.sock"),
            "--directory",
            folder.toString(),
            "--",
            "./run.sh")) {
      server.awaitOut("ready: ");
    }
  }

  @Test
  @DisplayName("P.10 what means nothing to a command is refused, all at once")
  void whatMeansNothingToACommand() {
    Command.run(
            "serve",
            "--listen",
            "unix:" + folder.resolve("s.sock"),
            "--crash-reports",
            folder.toString(),
            "--java-home",
            folder.toString(),
            "--",
            "/bin/true")
        .complains(2, "--java-home, --crash-reports can be given with --class only");
  }
}
