package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("D.30 D.35 A server seen on its page and in a terminal")
class ServeStatusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern PAGE = Pattern.compile("status page at (http://[^ \n]+)");
  private static final Pattern CODE = Pattern.compile("\u001b\\[[?0-9;]*[A-Za-z]");
  private static final String ECHO = "dev.remuda.examples.Echo";
  @TempDir private Path folder;

  static String get(String url) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  /** Where a command says that its page is. */
  static String page(Command command) {
    Matcher matcher = PAGE.matcher(command.err());
    assertThat(matcher.find()).as(command.err()).isTrue();
    return matcher.group(1);
  }

  private String address() {
    return "unix:" + folder.resolve("e.sock");
  }

  @Test
  @DisplayName("D.30 serve --status PORT: workers, what they print, health and metrics of a server")
  void page() throws Exception {
    try (var server =
        Command.start("serve", "--listen", address(), "--class", ECHO, "--status", "0")) {
      server.awaitOut("ready: ");
      String url = page(server);
      assertThat(get(url)).contains("server Echo:", "Echo(1)", "standby");
      assertThat(get(url + "/metrics")).contains("remuda_workers{pool=\"Echo\",state=\"standby\"}");
      // A machine that is busy may have held up the loop: that is a warning, and no more.
      assertThat(get(url + "/healthz")).containsPattern("^(ok|warning: loop: )");
      assertThat(Command.run("call", address(), "log", "\"a line\"").status()).isZero();
      await().atMost(PATIENCE).until(() -> get(url + "/console").contains("a line"));
      server.signal("TERM");
      assertThat(server.end().status()).isEqualTo(143);
    }
  }

  @Test
  @DisplayName("D.33 a page is known by the names of --status-name, and by no other")
  void name() throws Exception {
    try (var server =
        Command.start(
            "serve",
            "--listen",
            address(),
            "--class",
            ECHO,
            "--status",
            "0",
            "--status-name",
            "Ocr.example")) {
      server.awaitOut("ready: ");
      int port = URI.create(page(server).split(" ", 2)[0]).getPort();
      assertThat(byHost("ocr.example:80", port)).startsWith("HTTP/1.1 200 ");
      assertThat(byHost("other.example", port))
          .startsWith("HTTP/1.1 421 ")
          .contains("--status-name NAME");
    }
  }

  private static String byHost(String host, int port) throws IOException {
    try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String request = "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  @DisplayName(
      "D.33 options of a page that is not wanted, and a page for everybody without a token,"
          + " are refused")
  void refused() {
    Command.Ended alone =
        Command.run("serve", "--listen", address(), "--class", ECHO, "--status-actions");
    assertThat(alone.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(alone.err()).contains("--status-actions can be given with --status PORT only");
    Command.Ended open =
        Command.run(
            "serve",
            "--listen",
            address(),
            "--class",
            ECHO,
            "--status",
            "0",
            "--status-at",
            "0.0.0.0");
    assertThat(open.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(open.err()).contains("--status-token FILE", "--status-tls CERTIFICATE KEY");
  }

  @Test
  @DisplayName("D.35 top without a terminal prints tables, or JSON; status prints it once")
  void topOnce() {
    try (var server = Command.start("serve", "--listen", address(), "--class", ECHO)) {
      server.awaitOut("ready: ");
      Command.Ended top = Command.run("top", address(), "--count", "2", "--every", "100ms");
      assertThat(top.err()).isEmpty();
      assertThat(top.out()).contains("Echo  pid " + server.pid(), "WORKER", "Echo(1)", "STANDBY");
      assertThat(Command.run("top", address(), "--count", "1", "--json").out())
          .startsWith("{\"status\":{");
      assertThat(Command.run("status", address()).out()).contains("Echo", "standby");
      assertThat(Command.run("top", address(), "--every", "1ms").status())
          .isEqualTo(ExitStatus.USAGE);
    }
  }

  @Test
  @DisplayName(
      "D.35 top in a terminal: ordered, filtered, resized; a worker is chosen, dumped, and killed"
          + " once that is confirmed; the terminal is given back")
  void topInATerminal() throws Exception {
    boolean possible = Files.isExecutable(Path.of("/usr/bin/script"));
    String missing = "there is no /usr/bin/script (of util-linux), which makes a terminal for top";
    if (!"true".equals(System.getenv("CI"))) {
      Assumptions.assumeTrue(possible, missing);
    }
    assertThat(possible).as(missing).isTrue();
    try (var server = Command.start("serve", "--listen", address(), "--class", ECHO)) {
      server.awaitOut("ready: ");
      WorkerRow first = Command.workers(address()).getFirst();
      Path seen = folder.resolve("seen");
      Process terminal = terminal(seen, "top", address(), "--every", "200ms");
      try (OutputStream keys = terminal.getOutputStream()) {
        awaitSeen(seen, first.id());
        type(keys, "s");
        awaitSeen(seen, "order: oldest");
        type(keys, "/nobody\r");
        awaitFrame(seen, frame -> frame.contains("'nobody'") && !frame.contains(first.id()));
        type(keys, "\u001b");
        awaitFrame(seen, frame -> frame.contains(first.id()) && !frame.contains("nobody"));
        resize(10, 40);
        awaitFrame(seen, frame -> frame.contains("WORKER") && fits(frame, 10, 40));
        resize(4, 12);
        awaitFrame(seen, frame -> frame.startsWith("Echo") && fits(frame, 4, 12));
        resize(24, 80);
        awaitFrame(seen, frame -> frame.contains("MEMORY") && fits(frame, 24, 80));
        type(keys, "/\u00fc\u009b");
        awaitFrame(seen, frame -> frame.contains("\\u009b_"));
        type(keys, "\u001b");
        awaitFrame(seen, frame -> !frame.contains("filter:"));
        type(keys, "z".repeat(100_000)); // pasted by mistake, faster than it is read
        type(keys, "s");
        awaitFrame(seen, frame -> frame.contains("order: most memory"));
        type(keys, "jd");
        awaitSeen(seen, "j k move  q back");
        type(keys, "q");
        awaitFrame(seen, frame -> frame.contains(">" + first.id()));
        type(keys, "Kyyyyy"); // pasted: not one answer to what was asked after it
        awaitFrame(seen, frame -> frame.contains("kill " + first.id()));
        answer(keys, seen, "n");
        awaitSeen(seen, "nothing was done");
        assertThat(Command.workers(address())).extracting(WorkerRow::id).contains(first.id());
        type(keys, "K");
        awaitFrame(seen, frame -> frame.contains("kill " + first.id()));
        answer(keys, seen, "y");
        await()
            .atMost(PATIENCE)
            .until(() ->
                Command.workers(address()).stream().noneMatch(w -> w.id().equals(first.id())));
        type(keys, "q");
        assertThat(terminal.waitFor(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
            .isTrue();
        assertThat(terminal.exitValue()).isZero();
      } finally {
        terminal.destroyForcibly();
      }
      String all = Files.readString(seen);
      assertThat(CODE.matcher(all).replaceAll("")).doesNotContain("\u001b");
      assertThat(all).contains("\u001b[?25h\u001b[?1049l");
    }
  }

  /** A terminal of 24 lines and 80 columns with the command in it. */
  private Process terminal(Path seen, String... words) throws IOException {
    List<String> command = Command.builder(words).command();
    String line = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    String tty = "tty >'" + folder.resolve("tty") + "'; stty rows 24 cols 80; exec ";
    var builder =
        new ProcessBuilder("/usr/bin/script", "-qfec", tty + line, "/dev/null")
            .redirectErrorStream(true)
            .redirectOutput(seen.toFile());
    builder.environment().put("TERM", "xterm");
    return builder.start();
  }

  private void resize(int rows, int columns) throws IOException, InterruptedException {
    String tty = Files.readString(folder.resolve("tty")).strip();
    Process stty =
        new ProcessBuilder("stty", "-F", tty, "rows", "" + rows, "cols", "" + columns)
            .inheritIO()
            .start();
    assertThat(stty.waitFor()).isZero();
  }

  /** Whether all that is written at once fits into the window, without a line that goes on. */
  private static boolean fits(String frame, int rows, int columns) {
    List<String> lines = frame.lines().toList();
    return lines.size() <= rows && lines.stream().allMatch(line -> line.length() <= columns);
  }

  /** Until the last whole picture is as it should be; it comes without its terminal codes. */
  private static void awaitFrame(Path seen, Predicate<String> wanted) {
    await().atMost(PATIENCE).until(() -> wanted.test(lastFrame(seen)));
  }

  private static String lastFrame(Path seen) throws IOException {
    String all = Files.readString(seen);
    int end = all.lastIndexOf("\u001b[J");
    int begin = end < 0 ? -1 : all.lastIndexOf("\u001b[H", end);
    return begin < 0
        ? ""
        : CODE.matcher(all.substring(begin, end)).replaceAll("").replace("\r", "");
  }

  private static void type(OutputStream keys, String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  /** Again and again, since what comes at once with the question is no answer. */
  private static void answer(OutputStream keys, Path seen, String answer) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(400))
        .until(() -> {
          boolean isAsked = lastFrame(seen).contains("? y or n");
          if (isAsked) {
            type(keys, answer);
          }
          return !isAsked;
        });
  }

  private static void awaitSeen(Path seen, String text) {
    await()
        .atMost(PATIENCE)
        .until(() -> Files.readString(seen, StandardCharsets.ISO_8859_1).contains(text));
  }
}
