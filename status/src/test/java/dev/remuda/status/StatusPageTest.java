package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.daemon.Daemon;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page by HTTP: its formats, who may see it, and who may press its buttons. */
class StatusPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  @TempDir private static Path folder;
  @TempDir private Path own;

  /** Read only, and known by a name. */
  private static ShownDaemon reading;

  private static ShownDaemon acting;

  @BeforeAll
  static void start() throws IOException {
    reading =
        new ShownDaemon(
            Files.createDirectory(folder.resolve("reading")),
            page -> page.knownAs("mq.example.org"));
    acting =
        new ShownDaemon(Files.createDirectory(folder.resolve("acting")), StatusPage::allowActions);
  }

  @AfterAll
  static void close() {
    acting.close(); // it captured the console last
    reading.close();
  }

  private static Map.Entry<Integer, String> answer(HttpResponse<String> response) {
    return Map.entry(response.statusCode(), response.body());
  }

  private static HttpRequest.Builder at(String address) {
    return HttpRequest.newBuilder(java.net.URI.create(address)).timeout(PATIENCE);
  }

  @Test
  @DisplayName(
      "D.30 one place: HTML for browsers, JSON for programs, text for curl; the console"
          + " as text; on IPv4 and IPv6")
  void formats() throws IOException {
    ShownDaemon shown = reading;
    shown.refuses.set(true);
    shown.queue.enqueue("mail", "x");
    assertThat(shown.pool.sync().echo("x")).isEqualTo("x");
    assertThat(shown.pool.async(work -> work.die())).failsWithin(PATIENCE);
    HttpResponse<String> html = shown.html();
    assertThat(html.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(html.body()).startsWith("<!doctype html>").contains("mail-gateway", "fetch");
    HttpResponse<String> text = shown.get("/");
    assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(text.body()).startsWith("mail-gateway: running").contains("RUNNER", "WORKER");
    await()
        .atMost(PATIENCE)
        .until(() -> shown.get("/status.json").body().contains("550 no such user"));
    var json =
        new JsonObject(shown.send(shown.request("/").header("Accept", "application/json")).body());
    assertThat(json.getString("name")).isEqualTo("mail-gateway");
    assertThat(json.getBoolean("healthy")).isTrue();
    assertThat(shown.get("/metrics").body())
        .contains("remuda_up 1.0")
        .contains("remuda_pool_calls_total{outcome=\"succeeded\",pool=\"work\"} ")
        .contains("remuda_pool_calls_total{outcome=\"died\",pool=\"work\"} 1.0")
        .contains("remuda_queue_messages{queue=\"messages\",state=\"dead\",type=\"mail\"} 1.0")
        .contains("remuda_pool_call_seconds_bucket{method=\"echo\",outcome=\"ok\"");
    System.out.println("\u001b[1mbold\u001b[0m <b>");
    assertThat(shown.get("/console").body()).contains(" out mail-gateway bold <b>\n");
    assertThat(answer(shown.get("/healthz")))
        .satisfies(health -> {
          assertThat(health.getKey()).isEqualTo(200);
          assertThat(health.getValue()).contains("dead message");
        });
    assertThat(shown.page.addresses())
        .hasSize(2)
        .allSatisfy(address -> assertThat(shown.send(at(address)).statusCode()).isEqualTo(200));
    assertThat(shown.get("/nothing").statusCode()).isEqualTo(404);
    assertThat(shown.post("/status.json").statusCode()).isEqualTo(405);
    assertThat(shown.send(shown.request("/").HEAD()).statusCode()).isEqualTo(200);
  }

  @Test
  @DisplayName(
      "D.33 a page is not to be framed, sniffed, cached; its policy allows its own nonce,"
          + " another each time")
  void headers() {
    ShownDaemon shown = reading;
    HttpResponse<String> first = shown.html();
    String policy = first.headers().firstValue("Content-Security-Policy").orElseThrow();
    assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'");
    assertThat(policy).doesNotContain("unsafe");
    String nonce = policy.replaceAll("(?s).*script-src 'nonce-([^']+)'.*", "$1");
    assertThat(first.body()).contains("<script nonce=\"" + nonce + "\">");
    assertThat(shown.html().body()).doesNotContain(nonce);
    assertThat(first.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(first.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
  }

  @Test
  @DisplayName("D.33 actions are off unless enabled")
  void actionsAreOff() {
    ShownDaemon shown = reading;
    assertThat(answer(shown.post("/actions/run?runner=fetch")).getValue()).contains("not allowed");
    assertThat(shown.html().body()).doesNotContain("formaction=\"actions");
  }

  @Test
  @DisplayName("D.33 where actions are allowed they are POST only, from the page itself only")
  void actions() {
    ShownDaemon shown = acting;
    await().atMost(PATIENCE).until(() -> shown.runs.get() == 1);
    String run = "/actions/run?runner=fetch";
    assertThat(shown.get(run).statusCode()).isEqualTo(405);
    var nobody = HttpRequest.BodyPublishers.noBody();
    assertThat(shown.send(shown.request(run).POST(nobody)).statusCode()).isEqualTo(403);
    for (String site : new String[] {"cross-site", "same-site", "none"}) {
      assertThat(
              shown
                  .send(shown.request(run).header("Sec-Fetch-Site", site).POST(nobody))
                  .statusCode())
          .as(site)
          .isEqualTo(403);
    }
    assertThat(
            shown
                .send(
                    shown
                        .request(run)
                        .header("Sec-Fetch-Site", "same-origin")
                        .header("Origin", "http://evil.example")
                        .POST(nobody))
                .statusCode())
        .isEqualTo(403);
    assertThat(shown.runs).hasValue(1);
    assertThat(shown.post(run).statusCode()).isEqualTo(200);
    await().atMost(PATIENCE).until(() -> shown.runs.get() == 2);
    assertThat(shown.post("/actions/run?runner=none").statusCode()).isEqualTo(404);
    assertThat(shown.post("/actions/run").statusCode()).isEqualTo(400);
    assertThat(shown.post("/actions/nonsense").statusCode()).isEqualTo(404);
    assertThat(shown.post("/actions/retry?queue=messages&id=x").statusCode()).isEqualTo(400);
    assertThat(
            shown
                .send(
                    shown
                        .request("/actions/run")
                        .header("Sec-Fetch-Site", "same-origin")
                        .POST(HttpRequest.BodyPublishers.ofString("runner=%zz")))
                .statusCode())
        .isEqualTo(400);
    assertThat(shown.post("/actions/log-level?logger=x.y&level=FINE").statusCode()).isEqualTo(200);
    assertThat(java.util.logging.Logger.getLogger("x.y").getLevel().getName()).isEqualTo("FINE");
    assertThat(shown.post("/actions/dump-daemon").body()).contains("remuda-loop-watch");
    assertThat(
            shown
                .send(
                    shown
                        .request(run)
                        .header("Sec-Fetch-Site", "same-origin")
                        .POST(HttpRequest.BodyPublishers.ofString("x=" + "y".repeat(10_000))))
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  @DisplayName("D.33 a request for a name that is not ours is refused, whatever it asks")
  void forgedHost() throws IOException {
    ShownDaemon shown = reading;
    assertThat(byHost(shown, "evil.example")).startsWith("HTTP/1.1 421 ");
    assertThat(byHost(shown, "localhost.evil.example:80")).startsWith("HTTP/1.1 421 ");
    assertThat(byHost(shown, "127.0.0.1")).startsWith("HTTP/1.1 200 ");
    assertThat(byHost(shown, "localhost:9000")).startsWith("HTTP/1.1 200 ");
    assertThat(byHost(shown, "[::1]:9000")).startsWith("HTTP/1.1 200 ");
    assertThat(byHost(shown, "MQ.example.org")).startsWith("HTTP/1.1 200 ");
  }

  private static String byHost(ShownDaemon shown, String host) throws IOException {
    int port = java.net.URI.create(shown.url()).getPort();
    try (var socket = new Socket(java.net.InetAddress.ofLiteral("127.0.0.1"), port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write(
              ("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  @DisplayName(
      "D.33 beyond the loopback it needs a token and TLS or a waiver, and says all that is"
          + " missing at once")
  void beyondTheLoopback() {
    Path none = own.resolve("none.pem");
    assertThatThrownBy(
            () -> Daemon.named("x").add(StatusPage.on(70_000).at("0.0.0.0", "example.org")).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("70000")
        .hasMessageContaining("'example.org' is no IP address")
        .hasMessageContaining("token(FILE)")
        .hasMessageContaining("tls(CERTIFICATE, KEY)");
    assertThat(StatusPage.on(0).at("0.0.0.0").token(none).insecure().problems()).isEmpty();
    assertThat(StatusPage.on(0).at("::").token(none).tls(none, none).problems()).hasSize(2);
    assertThat(StatusPage.on(0).problems()).isEmpty();
  }

  @Test
  @DisplayName(
      "D.33 a token is made for its owner alone; with it as bearer one may do all, as a"
          + " password only from the page; health is told to everybody in a word")
  void token() throws IOException {
    Path file = own.resolve("token");
    try (var shown = new ShownDaemon(own, page -> page.allowActions().token(file))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      String token = Files.readString(file).strip();
      assertThat(token).hasSizeGreaterThan(40);
      assertThat(shown.html().statusCode()).isEqualTo(401);
      assertThat(shown.post("/actions/run?runner=fetch").statusCode()).isEqualTo(401);
      assertThat(answer(shown.get("/healthz"))).isEqualTo(Map.entry(200, "ok\n"));
      String basic =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(("me:" + token).getBytes(StandardCharsets.UTF_8));
      String run = "/actions/run?runner=fetch";
      var nobody = HttpRequest.BodyPublishers.noBody();
      assertThat(shown.send(shown.request("/").header("Authorization", basic)).statusCode())
          .isEqualTo(200);
      assertThat(
              shown
                  .send(shown.request(run).header("Authorization", basic).POST(nobody))
                  .statusCode())
          .isEqualTo(403);
      String bearer = "Bearer " + token;
      assertThat(
              shown
                  .send(shown.request(run).header("Authorization", bearer).POST(nobody))
                  .statusCode())
          .isEqualTo(200);
      assertThat(shown.send(shown.request("/").header("Authorization", bearer + "x")).statusCode())
          .isEqualTo(401);
    }
    Path nowhere = Files.createSymbolicLink(own.resolve("link"), own.resolve("none/token"));
    Path none = own.resolve("none/token");
    for (Path bad : new Path[] {own, nowhere, none}) {
      assertThatThrownBy(() -> Daemon.named("x").add(StatusPage.on(0).token(bad)).start())
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("the token's file " + bad);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Daemon.named("x").add(StatusPage.on(0).token(file)).start())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("can be read by others than its owner: rw-r--r--");
  }

  @Test
  @DisplayName("D.34 a hung worker is dumped, and then killed; its caller hears why")
  void dumpThenKill() {
    ShownDaemon shown = acting;
    CompletableFuture<String> call = shown.pool.async(work -> work.hang());
    await().atMost(PATIENCE).until(() -> !shown.pool.running().isEmpty());
    String worker = WorkerNames.id(shown.pool.running().getFirst().worker());
    String which =
        "?group=work&worker=" + java.net.URLEncoder.encode(worker, StandardCharsets.UTF_8);
    assertThat(shown.post("/actions/dump" + which).body()).contains("RealWork.hang");
    assertThat(shown.post("/actions/kill" + which).body()).contains("is killed");
    assertThat(call)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .withMessageContaining("status page, by");
    assertThat(shown.post("/actions/kill?group=work&worker=none").statusCode()).isEqualTo(404);
    assertThat(shown.post("/actions/dump?group=none&worker=x").statusCode()).isEqualTo(404);
  }

  @Test
  @DisplayName(
      "D.5 D.31 the loop's lag, and what blocked it with its stack, are on the page and in the"
          + " metrics")
  void blockedLoop() {
    ShownDaemon shown = reading;
    shown.daemon.vertx().runOnContext(nothing -> blockTheLoop());
    await()
        .atMost(PATIENCE)
        .until(() -> shown.html().body().contains("StatusPageTest.blockTheLoop"));
    assertThat(shown.html().body()).contains("Lag, 99 %", "blocked the event loop for");
    assertThat(shown.get("/metrics").body())
        .contains("remuda_loop_lag_seconds{quantile=\"0.99\"}")
        .doesNotContain("remuda_loop_blocked_total 0.0");
  }

  private static void blockTheLoop() {
    java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
  }

  @Test
  @DisplayName("P.36 what a pool does is bound to any registry of Micrometer's")
  void binder() {
    var registry = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();
    ShownDaemon shown = reading;
    try (var metrics = new DaemonMetrics(shown.daemon)) {
      metrics.bindTo(registry);
      assertThat(shown.pool.sync().echo("x")).isEqualTo("x");
      metrics.refresh();
      assertThat(
              registry
                  .get("remuda.pool.calls")
                  .tag("pool", "work")
                  .tag("outcome", "succeeded")
                  .functionCounter()
                  .count())
          .isGreaterThanOrEqualTo(1);
      assertThat(registry.get("remuda.pool.call").tag("method", "echo").timer().count())
          .isEqualTo(1);
      assertThat(registry.get("remuda.workers").tag("state", "idle").gauge().value())
          .isGreaterThanOrEqualTo(1);
    }
  }
}
