package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.Pool;
import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.Poll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests, names and texts as somebody with bad intentions, or bad luck, makes them. */
class HostileRequestsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int MORE_THAN_ALLOWED = LiveUpdates.MOST_CLIENTS + 250;
  @TempDir private static Path folder;
  private static ShownDaemon shown;

  @BeforeAll
  static void start() {
    shown = new ShownDaemon(folder, StatusPage::allowActions);
  }

  @AfterAll
  static void close() {
    shown.close();
  }

  private static Socket connect() throws IOException {
    var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), URI.create(shown.url()).getPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String get(String target) throws IOException {
    return raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @Test
  @DisplayName("D.30 a query that cannot be read is the asker's fault, and fills no log")
  void oddQueries() throws IOException {
    int errors = errors();
    assertThat(get("/?format=%zz")).startsWith("HTTP/1.1 400 ");
    assertThat(get("/?all=%")).startsWith("HTTP/1.1 400 ");
    assertThat(get("/?format=text&format=json&&=&x")).startsWith("HTTP/1.1 200 ");
    assertThat(get("/?" + "a=b&".repeat(900))).startsWith("HTTP/1.1 200 ");
    assertThat(get("/?" + "x".repeat(20_000))).contains(" 414 ");
    assertThat(raw("GET /healthz HTTP/1.0\r\n\r\n")).contains(" 421 ");
    assertThat(
            raw(
                "GET / HTTP/1.1\r\n"
                    + "Host: localhost\r\n"
                    + "Accept: TEXT/HTML\r\n"
                    + "Connection: close\r\n\r\n"))
        .contains("<!doctype html>");
    assertThat(errors()).isEqualTo(errors);
  }

  private static int errors() {
    return (int)
        shown.daemon.console().log().stream().filter(line -> line.level().equals("SEVERE")).count();
  }

  @Test
  @DisplayName("D.33 what somebody asks for makes no lines of its own in the log")
  void forgedLog() {
    var answer =
        shown.post("/actions/run?runner=no%0a2026-11-22%20SEVERE%20forged%1b%5b2J%c2%9b2J");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).doesNotContain("\u001b", "\u009b");
    assertThat(shown.daemon.console().log())
        .filteredOn(line -> line.text().contains("forged"))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.text()).doesNotContain("\n", "\u001b", "\u009b"));
  }

  @Test
  @DisplayName("D.34 threads with terminal codes in their names are dumped without those")
  void dumpIsPlain() {
    var end = new CountDownLatch(1);
    Thread evil =
        Thread.ofPlatform()
            .daemon()
            .name("evil\u001b[2Jthread")
            .start(() -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      assertThat(shown.post("/actions/dump-daemon").body())
          .contains("evilthread")
          .doesNotContain("\u001b");
    } finally {
      end.countDown();
      evil.interrupt();
    }
  }

  @Test
  @DisplayName("D.33 an action whose request breaks off is not done")
  void brokenOff() throws IOException {
    int runs = shown.runs.get();
    try (Socket socket = connect()) {
      socket
          .getOutputStream()
          .write(
              ("POST /actions/run?runner=fetch HTTP/1.1\r\nHost: localhost\r\n"
                      + "Sec-Fetch-Site: same-origin\r\nContent-Length: 10\r\n\r\nabc")
                  .getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(shown.post("/actions/run?runner=none").statusCode()).isEqualTo(404);
    assertThat(shown.runs).hasValue(runs);
  }

  @Test
  @DisplayName("D.30 P.36 types that others invent do not push out of the metrics what is consumed")
  void inventedTypes() {
    for (int i = 0; i < 250; i++) {
      shown.queue.enqueue("a%03d".formatted(i), "x");
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(shown.get("/metrics").body())
                .contains("state=\"ready\",type=\"a000\"")
                .contains("state=\"ready\",type=\"mail\"")
                .doesNotContain("type=\"a249\""));
    assertThat(shown.html().body()).contains("<tr data-k=\"mail\">");
  }

  @Test
  @DisplayName("P.36 calls of a pool that is shown later are timed too, until it is hidden")
  void shownPool() {
    try (Pool<Work> late = Pool.inThisJvm(Work.class, RealWork.class)) {
      shown.page.show("late", late);
      assertThat(late.sync().echo("x")).isEqualTo("x");
      String timed = "remuda_pool_call_seconds_count{method=\"echo\",outcome=\"ok\",pool=\"late\"}";
      await().atMost(PATIENCE).until(() -> shown.get("/metrics").body().contains(timed + " 1"));
      shown.page.hide(late);
      assertThat(late.sync().echo("x")).isEqualTo("x");
      assertThat(shown.get("/metrics").body()).contains(timed + " 1");
    }
  }

  @Test
  @DisplayName("D.30 D.33 a daemon that is ending is red, and says that it begins no run")
  void ending() throws Exception {
    var begun = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    StatusPage page = StatusPage.on(0).allowActions();
    Daemon daemon =
        Daemon.named("ending")
            .add(
                "long",
                () -> {
                  begun.countDown();
                  end.await();
                },
                Poll.every(Duration.ofHours(1)))
            .add(page)
            .startSpread(Duration.ZERO)
            .grace(PATIENCE)
            .start();
    Thread closer = Thread.ofPlatform().unstarted(daemon::close);
    try (var http = HttpClient.newHttpClient()) {
      begun.await();
      closer.start();
      URI health = URI.create(page.addresses().getFirst() + "/healthz");
      await()
          .atMost(PATIENCE)
          .until(() ->
              http.send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString())
                  .body()
                  .contains("it takes no more work"));
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(health.resolve("/actions/run?runner=long"))
                  .header("Sec-Fetch-Site", "same-origin")
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
    } finally {
      end.countDown();
      daemon.close();
      closer.join();
    }
  }

  @Test
  @DisplayName("D.30 more connections than are allowed are ended, and all is well once they went")
  void manyConnections() throws IOException {
    List<Socket> many = new ArrayList<>();
    try {
      for (int i = 0; i < MORE_THAN_ALLOWED; i++) {
        many.add(connect());
      }
      assertThat(many.getLast().getInputStream().read()).isEqualTo(-1);
    } finally {
      for (Socket each : many) {
        each.close();
      }
    }
    await().atMost(PATIENCE).until(() -> get("/healthz").startsWith("HTTP/1.1 200 "));
  }
}
