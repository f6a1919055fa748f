package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.daemon.Daemon;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. Its pictures are left in target/screenshots. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");
  @TempDir private static Path folder;
  private static Chromium browser;
  private static ShownDaemon shown;

  @BeforeAll
  static void start() throws IOException {
    browser = Chromium.start();
    shown = new ShownDaemon(folder, StatusPage::allowActions);
  }

  @AfterAll
  static void close() {
    if (shown != null) {
      shown.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void reset() {
    browser.reset();
  }

  private static void isLive() {
    browser.awaitTrue("document.getElementById('live').textContent === 'live'");
  }

  private static void awaitText(String id, String text) {
    browser.awaitTrue("document.getElementById('" + id + "').textContent.includes('" + text + "')");
  }

  private static void awaitNoText(String id, String text) {
    browser.awaitTrue(
        "!document.getElementById('" + id + "').textContent.includes('" + text + "')");
  }

  private static void type(String id, String text) {
    browser.evaluate(
        "{const e = document.getElementById('"
            + id
            + "'); e.value = '"
            + text
            + "'; for (const t of ['input', 'change']) e.dispatchEvent(new Event(t, {bubbles:"
            + " true}))}");
  }

  private static void isAsItWas() {
    assertThat(browser.evaluate("window.mark")).as("not reloaded").isEqualTo(1);
    assertThat(browser.complaints).isEmpty();
  }

  private static void open() {
    browser.open(shown.url());
    isLive();
    browser.evaluate("window.mark = 1");
  }

  @Test
  @Order(1)
  @DisplayName(
      "D.36 D.34 live, without a reload: a hung worker is seen, dumped, and only then killed")
  void hungWorker() throws IOException {
    open();
    assertThat(browser.text("#health")).contains("All is well.");
    browser.screenshots(PICTURES, "idle", 400, 1280);
    for (int i = 0; i < 12; i++) {
      assertThat(shown.pool.sync().echo("x")).isEqualTo("x");
    }
    CompletableFuture<String> hung = shown.pool.async(work -> work.hang());
    awaitText("busy", "hang");
    browser.screenshots(PICTURES, "busy", 400, 1280);
    browser.press("#busy", "dump");
    awaitText("dumptext", "RealWork.hang");
    browser.screenshot(PICTURES.resolve("dump.png"));
    browser.press("#dump", "close");
    assertThat(hung).isNotDone();

    String worker = shown.hungWorker();
    type("worker", worker);
    assertThat(
            browser.evaluate(
                "[...document.querySelectorAll('tr[data-worker]')].filter(r=>!r.hidden).length"))
        .isEqualTo(1);
    browser.press("tr[data-worker]:not([hidden])", "kill");
    assertThat(hung).failsWithin(Chromium.PATIENCE);
    awaitText("health", "killed");
    type("worker", "");
    isAsItWas();
  }

  @Test
  @Order(2)
  @DisplayName(
      "D.36 D.31 live, without a reload: run now, a failure, a dead message, retry, pause, retire")
  void buttons() throws IOException {
    open();
    int runs = shown.runs.get();
    browser.press("#runners tr[data-k=fetch]", "run now");
    await().atMost(Chromium.PATIENCE).until(() -> shown.runs.get() > runs);
    shown.fails.set(true);
    browser.press("#runners tr[data-k=fetch]", "run now");
    awaitText("health", "421 & <closed>");
    shown.refuses.set(true);
    shown.queue.enqueue("mail", "x");
    awaitText("queues", "550 no such user");
    browser.screenshots(PICTURES, "failing", 400, 1280);
    shown.refuses.set(false);
    shown.fails.set(false);
    browser.press("#queues", "retry");
    awaitNoText("queues", "550");
    browser.press("#queues", "pause");
    awaitText("queues", "paused");
    browser.press("#queues", "resume");
    awaitNoText("queues", "paused");

    String worker =
        String.valueOf(browser.evaluate("document.querySelector('tr[data-worker]').dataset.k"));
    browser.press("tr[data-worker]", "retire");
    browser.awaitTrue(
        "![...document.querySelectorAll('tr[data-worker]')]"
            + ".some(row => row.dataset.k === '"
            + worker
            + "')");
    browser.evaluate("document.querySelector('#settings details').open = true");
    browser.evaluate("document.querySelector('#settings [name=logger]').value = 'a.logger'");
    browser.press("#settings", "set level");
    awaitText("said", "a.logger logs from INFO on");
    isAsItWas();
  }

  @Test
  @Order(3)
  @DisplayName(
      "D.36 D.32 lines come live, with HTML and terminal codes made harmless, and are"
          + " filtered by stream, level and text")
  void console() {
    open();
    System.out.println("\u001b[31m<img src=x onerror=document.title='owned'>\u001b[0m needle");
    System.Logger log = System.getLogger("dev.remuda.status.test");
    log.log(System.Logger.Level.WARNING, "a warning");
    awaitText("lines", "needle");
    awaitText("lines", "a warning");
    assertThat(browser.evaluate("document.querySelectorAll('#lines img').length")).isEqualTo(0);
    assertThat(browser.text("#lines")).contains("<img src=x").doesNotContain("\u001b");
    type("text", "NEEDLE");
    assertThat(browser.evaluate("document.querySelectorAll('#lines li').length")).isEqualTo(1);
    type("text", "");
    type("stream", "log");
    type("level", "2");
    assertThat(browser.text("#lines")).contains("a warning").doesNotContain("needle");
    isAsItWas();
  }

  @Test
  @Order(4)
  @DisplayName(
      "D.36 D.33 without permission there are no buttons, and a form that another page posts"
          + " here is refused, and so is this page by another name")
  void refused() {
    StatusPage readOnly = StatusPage.on(0);
    try (var _ = Daemon.named("read-only").add(readOnly).start()) {
      browser.open(readOnly.addresses().getFirst());
      assertThat(browser.text("h1")).contains("read-only");
      assertThat(browser.evaluate("document.querySelectorAll('button[formaction]').length"))
          .isEqualTo(0);
      assertThat(browser.complaints).isEmpty();
    }
    browser.open(shown.url().replace("127.0.0.1", "evil.example"));
    assertThat(browser.text("body")).contains("not known as", "evil.example");
    int runs = shown.runs.get();
    browser.ask(
        "Page.navigate",
        new JsonObject()
            .put(
                "url",
                "data:text/html,<form method=post action='"
                    + shown.url()
                    + "/actions/run?runner=fetch'><button>x</button></form>"));
    browser.awaitTrue("location.href.startsWith('data:') && document.forms.length === 1");
    browser.evaluate("document.forms[0].submit()");
    browser.awaitTrue("document.body && document.body.textContent.includes('refused')");
    assertThat(shown.runs).hasValue(runs);
  }

  @Test
  @Order(5)
  @DisplayName("D.30 D.36 it can be read, and its buttons pressed, without a script")
  void withoutScript() {
    browser.script(false);
    browser.open(shown.url());
    assertThat(browser.text("#runners")).contains("fetch");
    int runs = shown.runs.get();
    browser.click("#runners", "run now");
    await().atMost(Chromium.PATIENCE).until(() -> shown.runs.get() > runs);
    browser.awaitTrue("location.pathname === '/' && document.getElementById('runners') !== null");
  }

  @Test
  @Order(7)
  @DisplayName(
      "D.36 D.32 a page that stays open while its daemon is started again goes on: its lines come,"
          + " those of before are gone, and it is connected once")
  void restart() throws IOException {
    int port = freePort();
    Daemon before = Daemon.named("again").add(StatusPage.on(port)).captureConsole().start();
    try {
      browser.open("http://127.0.0.1:" + port);
      isLive();
      browser.evaluate("window.mark = 1");
      for (int i = 0; i < 50; i++) {
        System.out.println("before " + i);
      }
      awaitText("lines", "before 49");
    } finally {
      before.close();
    }
    StatusPage page = StatusPage.on(port);
    try (var _ = Daemon.named("again").add(page).captureConsole().start()) {
      System.out.println("after");
      awaitText("lines", "after");
      awaitNoText("lines", "before 49");
      isLive();
      browser.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      browser.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await().atMost(Chromium.PATIENCE).until(() -> page.live().clients() == 1);
      assertThat(browser.evaluate("window.mark")).as("not reloaded").isEqualTo(1);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  @Order(8)
  @DisplayName("D.36 workers that come while the page is open can be filtered too")
  void laterWorkers() {
    StatusPage page = StatusPage.on(0);
    try (var _ = Daemon.named("later").add(page).start()) {
      browser.open(page.addresses().getFirst());
      isLive();
      page.show("work", shown.pool);
      browser.awaitTrue("document.querySelectorAll('tr[data-worker]').length > 0");
      type("worker", "no such worker");
      browser.awaitTrue(
          "[...document.querySelectorAll('tr[data-worker]')].every(row => row.hidden)");
      page.hide(shown.pool);
      assertThat(browser.complaints).isEmpty();
    }
  }

  @Test
  @Order(6)
  @DisplayName(
      "D.36 it is readable at 400 pixels and in the dark, with 1,000 workers and lines of"
          + " 100,000 characters too: nothing is wider than the window, and text stands out")
  void narrowAndDark() throws IOException {
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(
                List.of(
                    Samples.runner(
                        "fetch",
                        Duration.ofMinutes(30),
                        dev.remuda.daemon.RunnerStats.Outcome.TIMED_OUT)),
                List.of()),
            Samples.group(
                "ocr", 1_000, Optional.of("fork: Cannot allocate memory"), Samples.activity()));
    String page =
        PageHtml.page(snapshot, Samples.console("x".repeat(100_000), 30), true, "n")
            .replaceAll("(?s)<script.*</script>", "");
    String frame =
        browser
            .ask("Page.getFrameTree", new JsonObject())
            .getJsonObject("frameTree")
            .getJsonObject("frame")
            .getString("id");
    browser.ask(
        "Page.setDocumentContent", new JsonObject().put("frameId", frame).put("html", page));
    browser.screenshots(PICTURES, "thousand", 400, 1280);
    browser.look(400, 900, true);
    assertThat((Integer) browser.evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(400);
    assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(20, 23, 26)");
    assertThat(browser.evaluate("getComputedStyle(document.body).color"))
        .isEqualTo("rgb(223, 227, 230)");
  }
}
