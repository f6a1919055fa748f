package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The system's Chromium with one page, driven by its DevTools protocol. */
final class Chromium implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final Process process;
  private final Path profile;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();

  /** What the page wrote to its console, threw, or was refused. */
  final List<String> complaints = new CopyOnWriteArrayList<>();

  private Chromium(Process process, Path profile, URI page) {
    this.process = process;
    this.profile = profile;
    this.socket =
        http.newWebSocketBuilder()
            .buildAsync(page, new Hearing())
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    for (String domain : List.of("Page.enable", "Runtime.enable", "Log.enable")) {
      ask(domain, new JsonObject());
    }
  }

  /** Where there is none the test is left out, and says so; but in CI it fails. */
  static Chromium start() throws IOException {
    Optional<String> program = program();
    String missing = "no Chromium is installed (one of " + NAMES + "): no browser sees the page";
    if (!"true".equals(System.getenv("CI"))) {
      Assumptions.assumeTrue(program.isPresent(), missing);
    }
    assertThat(program).as(missing).isPresent();
    Path profile = Files.createTempDirectory("remuda-chromium-");
    var browser =
        new ProcessBuilder(
                program.orElseThrow(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--host-resolver-rules=MAP evil.example 127.0.0.1",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("chromium.log").toFile());
    browser
        .environment()
        .put("TMPDIR", profile.toString()); // it is killed, and would leave its own
    Process process = browser.start();
    try {
      return new Chromium(process, profile, page(profile));
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static Optional<String> program() {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static URI page(Path profile) {
    Path port = profile.resolve("DevToolsActivePort");
    await().atMost(PATIENCE).until(() -> Files.exists(port) && Files.size(port) > 0);
    try (var client = HttpClient.newHttpClient()) {
      String list = "http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json/list";
      var pages =
          new JsonArray(
              client
                  .send(
                      java.net.http.HttpRequest.newBuilder(URI.create(list)).build(),
                      java.net.http.HttpResponse.BodyHandlers.ofString())
                  .body());
      return URI.create(
          pages.stream()
              .map(JsonObject.class::cast)
              .filter(page -> page.getString("type").equals("page"))
              .findFirst()
              .orElseThrow()
              .getString("webSocketDebuggerUrl"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Hearing implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        var message = new JsonObject(text.toString());
        text.setLength(0);
        hear(message);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private void hear(JsonObject message) {
    Integer id = message.getInteger("id");
    if (id != null) {
      CompletableFuture<JsonObject> answer = answers.remove(id);
      if (answer != null) {
        answer.complete(message);
      }
      return;
    }
    String what = String.valueOf(message.getString("method"));
    JsonObject told = message.getJsonObject("params", new JsonObject());
    switch (what) {
      case "Runtime.exceptionThrown" -> complaints.add("thrown: " + told.encode());
      case "Runtime.consoleAPICalled" -> complaints.add("console: " + told.encode());
      case "Log.entryAdded" -> complaints.add("log: " + told.getJsonObject("entry").encode());
      case "Page.javascriptDialogOpening" ->
          send("Page.handleJavaScriptDialog", new JsonObject().put("accept", true));
      default -> {}
    }
  }

  private CompletableFuture<JsonObject> send(String method, JsonObject parameters) {
    int id = ids.incrementAndGet();
    var answer = new CompletableFuture<JsonObject>();
    answers.put(id, answer);
    String text =
        new JsonObject().put("id", id).put("method", method).put("params", parameters).encode();
    socket.sendText(text, true);
    return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  JsonObject ask(String method, JsonObject parameters) {
    JsonObject answer = send(method, parameters).join();
    assertThat(answer.getJsonObject("error")).as(method).isNull();
    return answer.getJsonObject("result");
  }

  /** As it was when it started, before another test. */
  void reset() {
    script(true);
    ask("Page.navigate", new JsonObject().put("url", "about:blank"));
    awaitTrue("location.href === 'about:blank'");
    complaints.clear();
  }

  void open(String url) {
    ask("Page.navigate", new JsonObject().put("url", url));
    awaitTrue("document.readyState === 'complete' && location.href.startsWith('http')");
  }

  /** The value of an expression on the page. */
  Object evaluate(String script) {
    JsonObject answer =
        ask(
            "Runtime.evaluate",
            new JsonObject()
                .put("expression", script)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    assertThat(answer.getJsonObject("exceptionDetails")).as(script).isNull();
    return answer.getJsonObject("result").getValue("value");
  }

  String text(String selector) {
    return String.valueOf(
        evaluate("(document.querySelector('" + selector + "')||{}).textContent||''"));
  }

  void awaitTrue(String script) {
    await(script)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> Boolean.TRUE.equals(evaluate("!!(" + script + ")")));
  }

  /** Presses the first button that says this, within what the selector finds. */
  void press(String within, String label) {
    evaluate(
        "[...document.querySelectorAll('"
            + within
            + " button')].find(b => b.textContent === '"
            + label
            + "').click()");
  }

  /** Clicks as a mouse does: at the place where the first button is that says this. */
  void click(String within, String label) {
    var place =
        new JsonArray(
            String.valueOf(
                evaluate(
                    "(() => {const b = [...document.querySelectorAll('"
                        + within
                        + " button')].find(b => b.textContent === '"
                        + label
                        + "'); b.scrollIntoView({block: 'center'}); const r ="
                        + " b.getBoundingClientRect(); return JSON.stringify([r.x + r.width / 2,"
                        + " r.y + r.height / 2])})()")));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      ask(
          "Input.dispatchMouseEvent",
          new JsonObject()
              .put("type", type)
              .put("x", place.getValue(0))
              .put("y", place.getValue(1))
              .put("button", "left")
              .put("clickCount", 1));
    }
  }

  /** How wide the window is, and which colours its user likes. */
  void look(int width, int height, boolean dark) {
    ask(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    ask(
        "Emulation.setEmulatedMedia",
        new JsonObject()
            .put(
                "features",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("name", "prefers-color-scheme")
                            .put("value", dark ? "dark" : "light"))));
  }

  void script(boolean allowed) {
    ask("Emulation.setScriptExecutionDisabled", new JsonObject().put("value", !allowed));
  }

  /** The whole page as a picture. */
  Path screenshot(Path file) throws IOException {
    JsonObject shot =
        ask(
            "Page.captureScreenshot",
            new JsonObject().put("format", "png").put("captureBeyondViewport", true));
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.write(file, Base64.getDecoder().decode(shot.getString("data")));
  }

  List<String> screenshots(Path folder, String name, int... widths) throws IOException {
    var files = new ArrayList<String>();
    for (int width : widths) {
      for (boolean dark : new boolean[] {false, true}) {
        look(width, 900, dark);
        Number height = (Number) evaluate("document.documentElement.scrollHeight");
        look(width, Math.min(6_000, height.intValue()), dark);
        Path file = folder.resolve(name + "-" + width + (dark ? "-dark" : "-light") + ".png");
        files.add(screenshot(file).toString());
      }
    }
    return files;
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    http.close();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
