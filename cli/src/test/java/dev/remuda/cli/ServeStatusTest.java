package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
  private static final String ECHO = "dev.remuda.examples.Echo";
  @TempDir private Path folder;

  private static String get(String url) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
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
      Matcher matcher = PAGE.matcher(server.err());
      assertThat(matcher.find()).isTrue();
      String url = matcher.group(1);
      assertThat(get(url)).contains("server Echo:", "Echo(1)", "standby");
      assertThat(get(url + "/metrics")).contains("remuda_workers{pool=\"Echo\",state=\"standby\"}");
      assertThat(get(url + "/healthz")).startsWith("ok");
      assertThat(Command.run("call", address(), "log", "a line").status()).isZero();
      await().atMost(PATIENCE).until(() -> get(url + "/console").contains("a line"));
      server.signal("TERM");
      assertThat(server.end().status()).isEqualTo(143);
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
  @DisplayName("D.35 top without a terminal prints tables, or JSON")
  void topOnce() {
    try (var server = Command.start("serve", "--listen", address(), "--class", ECHO)) {
      server.awaitOut("ready: ");
      Command.Ended top = Command.run("top", address(), "--count", "2", "--every", "100ms");
      assertThat(top.err()).isEmpty();
      assertThat(top.out()).contains("Echo  pid " + server.pid(), "WORKER", "Echo(1)", "STANDBY");
      assertThat(Command.run("top", address(), "--count", "1", "--json").out())
          .startsWith("{\"status\":{");
      assertThat(Command.run("top", address(), "--every", "1ms").status())
          .isEqualTo(ExitStatus.USAGE);
    }
  }

  @Test
  @DisplayName(
      "D.35 top in a terminal: a worker is chosen, dumped, and killed once that is confirmed")
  void topInATerminal() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")),
        "there is no /usr/bin/script (of util-linux), which makes a terminal for top");
    try (var server = Command.start("serve", "--listen", address(), "--class", ECHO)) {
      server.awaitOut("ready: ");
      WorkerRow first = Command.workers(address()).getFirst();
      List<String> top = Command.builder("top", address(), "--every", "200ms").command();
      String line = top.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
      Path seen = folder.resolve("seen");
      var builder =
          new ProcessBuilder(
                  "/usr/bin/script", "-qfec", "stty rows 24 cols 80; exec " + line, "/dev/null")
              .redirectErrorStream(true)
              .redirectOutput(seen.toFile());
      builder.environment().put("TERM", "xterm");
      Process terminal = builder.start();
      try (OutputStream keys = terminal.getOutputStream()) {
        awaitSeen(seen, first.id());
        type(keys, "jd");
        awaitSeen(seen, "j k move  q back");
        type(keys, "qKn");
        awaitSeen(seen, "kill " + first.id());
        awaitSeen(seen, "nothing was done");
        assertThat(Command.workers(address())).extracting(WorkerRow::id).contains(first.id());
        type(keys, "Ky");
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
    }
  }

  private static void type(OutputStream keys, String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.US_ASCII));
    keys.flush();
  }

  private static void awaitSeen(Path seen, String text) {
    await()
        .atMost(PATIENCE)
        .until(() -> Files.readString(seen, StandardCharsets.ISO_8859_1).contains(text));
  }
}
