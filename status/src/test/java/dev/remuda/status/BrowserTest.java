package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. Its pictures are left in target/screenshots. */
class BrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");
  @TempDir private Path folder;
  private Chromium browser;

  @BeforeEach
  void startBrowser() throws IOException {
    browser = Chromium.start();
  }

  @AfterEach
  void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  private void isLive() {
    browser.awaitTrue("document.getElementById('live').textContent === 'live'");
  }

  @Test
  @DisplayName(
      "D.36 D.31 D.34 the page follows without a reload; a hung worker is dumped, retired or"
          + " killed; run now, pause, resume, retry, delete; filters; and no complaint of the"
          + " browser's")
  void actions() throws IOException {
    try (var shown = new ShownDaemon(folder, StatusPage::allowActions)) {
      browser.open(shown.url());
      isLive();
      browser.evaluate("window.mark = 1");
      assertThat(browser.text("#health")).contains("All is well.");
      browser.screenshots(PICTURES, "idle", 400, 1280);

      CompletableFuture<String> hung = shown.pool.async(work -> work.hang());
      browser.awaitTrue("document.getElementById('busy').textContent.includes('hang')");
      browser.press("#busy", "dump");
      browser.awaitTrue(
          "document.getElementById('dumptext').textContent.includes('RealWork.hang')");
      browser.screenshot(PICTURES.resolve("dump.png"));
      browser.press("#dump", "close");
      assertThat(hung).isNotDone();

      int runs = shown.runs.get();
      browser.press("#runners tr[data-k=fetch]", "run now");
      await().atMost(Chromium.PATIENCE).until(() -> shown.runs.get() > runs);
      shown.fails.set(true);
      browser.press("#runners tr[data-k=fetch]", "run now");
      browser.awaitTrue("document.getElementById('health').textContent.includes('421 & <closed>')");

      shown.refuses.set(true);
      shown.queue.enqueue("mail", "x");
      browser.awaitTrue(
          "document.getElementById('queues').textContent.includes('550 no such user')");
      browser.screenshots(PICTURES, "failing", 400, 1280);
      shown.refuses.set(false);
      browser.press("#queues", "retry");
      browser.awaitTrue("!document.getElementById('queues').textContent.includes('550')");
      browser.press("#queues", "pause");
      browser.awaitTrue("document.getElementById('queues').textContent.includes('paused')");
      browser.press("#queues", "resume");
      browser.awaitTrue("!document.getElementById('queues').textContent.includes('paused')");

      String worker = WorkerNames.id(shown.pool.running().getFirst().worker());
      browser.evaluate(
          "document.getElementById('worker').value='"
              + worker
              + "';document.getElementById('worker').dispatchEvent(new Event('input'))");
      assertThat(
              browser.evaluate(
                  "[...document.querySelectorAll('tr[data-worker]')].filter(r=>!r.hidden).length"))
          .isEqualTo(1);
      browser.press("tr[data-worker]:not([hidden])", "kill");
      assertThat(hung).failsWithin(Chromium.PATIENCE);
      browser.awaitTrue("document.getElementById('health').textContent.includes('killed')");
      assertThat(browser.evaluate("window.mark")).as("no reload").isEqualTo(1);
      assertThat(browser.complaints).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "D.36 D.32 lines come live, with HTML and terminal codes made harmless, and are"
          + " filtered by stream, level and text")
  void console() {
    try (var shown = new ShownDaemon(folder, page -> page)) {
      browser.open(shown.url());
      isLive();
      System.out.println("\u001b[31m<img src=x onerror=document.title='owned'>\u001b[0m needle");
      System.Logger log = System.getLogger("dev.remuda.status.test");
      log.log(System.Logger.Level.WARNING, "a warning");
      browser.awaitTrue("document.getElementById('lines').textContent.includes('needle')");
      browser.awaitTrue("document.getElementById('lines').textContent.includes('a warning')");
      assertThat(browser.evaluate("document.querySelectorAll('#lines img').length")).isEqualTo(0);
      assertThat(browser.text("#lines")).contains("<img src=x").doesNotContain("\u001b");
      browser.evaluate(
          "document.getElementById('text').value='NEEDLE';"
              + "document.getElementById('text').dispatchEvent(new Event('input'))");
      assertThat(browser.evaluate("document.querySelectorAll('#lines li').length")).isEqualTo(1);
      browser.evaluate(
          "document.getElementById('text').value='';document.getElementById('stream').value='log';"
              + "document.getElementById('level').value='2';"
              + "document.getElementById('level').dispatchEvent(new Event('change'))");
      assertThat(browser.text("#lines")).contains("a warning").doesNotContain("needle");
      assertThat(browser.complaints).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "D.36 D.33 without permission there are no buttons, and a form that another page posts"
          + " here is refused")
  void refused() throws IOException {
    try (var shown = new ShownDaemon(folder, page -> page)) {
      browser.open(shown.url());
      assertThat(browser.evaluate("document.querySelectorAll('button[formaction]').length"))
          .isEqualTo(0);
    }
    Path second = Files.createDirectory(folder.resolve("second"));
    try (var shown = new ShownDaemon(second, StatusPage::allowActions)) {
      await().atMost(Chromium.PATIENCE).until(() -> shown.runs.get() == 1);
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
      assertThat(shown.runs).hasValue(1);
    }
  }

  @Test
  @DisplayName("D.30 D.36 it can be read, and its buttons pressed, without a script")
  void withoutScript() {
    try (var shown = new ShownDaemon(folder, StatusPage::allowActions)) {
      browser.script(false);
      browser.open(shown.url());
      assertThat(browser.text("#runners")).contains("fetch");
      await().atMost(Chromium.PATIENCE).until(() -> shown.runs.get() == 1);
      browser.click("#runners", "run now");
      await().atMost(Chromium.PATIENCE).until(() -> shown.runs.get() == 2);
      browser.awaitTrue("location.pathname === '/' && document.getElementById('runners') !== null");
    }
  }

  @Test
  @DisplayName(
      "D.36 it is readable at 400 pixels and in the dark, with 1,000 workers too: nothing is"
          + " wider than the window, and text stands out")
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
                "ocr", 1_000, Optional.of("fork: Cannot allocate memory"), PageTest.activity("x")));
    String page =
        PageHtml.page(snapshot, Samples.console("x".repeat(2_000), 1_000), true, "n")
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
