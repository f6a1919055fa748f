package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Those who hear live, and those who do not read what they asked for. */
class LiveTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What daemons print here is theirs to keep, and no part of the test's report. */
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private static Path folder;
  private static PrintStream out;
  private static PrintStream err;
  private static ShownDaemon shown;

  @BeforeAll
  static void start() {
    out = System.out;
    err = System.err;
    System.setOut(NOWHERE);
    System.setErr(NOWHERE);
    shown = new ShownDaemon(folder, page -> page.stalledAfter(Duration.ofSeconds(3)));
  }

  @AfterAll
  static void close() {
    shown.close();
    System.setOut(out);
    System.setErr(err);
  }

  private static Socket listen(boolean small) throws IOException {
    var socket = new Socket();
    if (small) {
      socket.setReceiveBufferSize(1_024);
    }
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.connect(
        new java.net.InetSocketAddress(
            InetAddress.ofLiteral("127.0.0.1"), URI.create(shown.url()).getPort()));
    socket
        .getOutputStream()
        .write(
            "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String awaitLine(BufferedReader lines, String part) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains(part)) {
        return line;
      }
    }
    throw new AssertionError("the stream ended before '" + part + "'");
  }

  @Test
  @DisplayName("D.30 D.32 who listens is told all at first, then what has changed, and lines")
  void updates() throws IOException {
    try (Socket socket = listen(false);
        var lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      String first = awaitLine(lines, "data: {");
      assertThat(first).contains("\"runners\":", "\"settings\":");
      System.out.println("a line <i>of</i> now");
      assertThat(awaitLine(lines, "a line")).doesNotContain("\"settings\":").contains("<i>of</i>");
      socket.shutdownOutput();
      await().atMost(PATIENCE).until(() -> shown.page.live().clients() == 0);
    }
  }

  @Test
  @DisplayName(
      "D.30 listeners that read nothing are dropped; the page and calls go on, and one who"
          + " reads hears all the while")
  void stalledListeners() throws Exception {
    stalledListeners(50);
  }

  @Test
  @Tag("long")
  @DisplayName("D.30 1,000 listeners that read nothing are dropped, and one more is refused")
  void thousandStalledListeners() throws Exception {
    stalledListeners(LiveUpdates.MOST_CLIENTS);
  }

  private void stalledListeners(int many) throws Exception {
    List<Socket> stalled = new ArrayList<>();
    long before = shown.page.live().dropped();
    try (Socket reading = listen(false)) {
      for (int i = 0; i < many - 1; i++) {
        stalled.add(listen(true));
      }
      await().atMost(PATIENCE).until(() -> shown.page.live().clients() == many);
      var heard = new java.util.concurrent.atomic.AtomicInteger();
      var reader =
          CompletableFuture.runAsync(() -> {
            try (var lines =
                new BufferedReader(
                    new InputStreamReader(reading.getInputStream(), StandardCharsets.UTF_8))) {
              while (lines.readLine() != null) {
                heard.incrementAndGet();
              }
            } catch (IOException e) {
              // The page has closed it.
            }
          });
      if (many == LiveUpdates.MOST_CLIENTS) {
        oneMoreIsRefused();
      }
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> {
            for (int i = 0; i < 200; i++) { // what nobody reads must be more than buffers hold
              System.err.println(("line " + i + " ").repeat(40));
            }
            assertThat(shown.pool.sync().echo("x")).isEqualTo("x");
            assertThat(shown.get("/healthz").statusCode()).isEqualTo(200);
            return shown.page.live().dropped() - before >= many - 1;
          });
      assertThat(heard.get()).isPositive();
      assertThat(shown.page.live().clients()).isLessThanOrEqualTo(1);
      for (Socket each : stalled) { // not only forgotten: their connections have ended
        assertThat(endOf(each)).isTrue();
      }
      reading.shutdownInput();
      assertThat(reader).succeedsWithin(PATIENCE);
    } finally {
      for (Socket each : stalled) {
        each.close();
      }
    }
  }

  private static void oneMoreIsRefused() throws IOException {
    try (Socket further = listen(false);
        var lines =
            new BufferedReader(
                new InputStreamReader(further.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).contains("503");
    }
  }

  /** Reads what is left of it, up to its end. */
  private static boolean endOf(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes().length > 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // it was reset
    }
  }

  @Test
  @DisplayName(
      "D.32 100 MB without an end of line, with bytes that are no UTF-8, are shown cut, in"
          + " bounded memory")
  void endlessLine() throws IOException {
    var chunk = new byte[1 << 20];
    java.util.Arrays.fill(chunk, (byte) 0xff);
    for (int i = 0; i < 100; i++) {
      System.out.write(chunk);
    }
    System.out.println(" its end");
    assertThat(shown.daemon.console().out())
        .last()
        .satisfies(line -> assertThat(line.text()).hasSizeLessThan(9_000).contains("more)"));
    assertThat(shown.html().body().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(50_000);
  }
}
