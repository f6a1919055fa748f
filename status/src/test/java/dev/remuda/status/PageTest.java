package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.daemon.RunnerStats.Outcome;
import dev.remuda.queue.KickState;
import dev.remuda.queue.TypeState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the page is made of, without a server. */
class PageTest {
  private static final String NASTY =
      "<script>alert(1)</script>\u001b[31mred\u001b[0m\u001b]0;title\u0007 & \"quoted\" 'single'"
          + " \u202eturned \ufffd\ud800 end";

  private static String page(Snapshot snapshot, String line, int lines) {
    return PageHtml.page(snapshot, Samples.console(line, lines), true, "NONCE");
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  @DisplayName("D.30 a page of 1,000 workers, 200 runners and full consoles has less than 50 kB")
  void thousandWorkers() {
    var runners = new ArrayList<dev.remuda.daemon.RunnerStats>();
    for (int i = 0; i < 200; i++) {
      runners.add(Samples.runner("runner-" + i, Duration.ofSeconds(5), Outcome.FAILED));
    }
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(runners, List.of()),
            Samples.group("ocr", 1_000, Optional.of("no space left"), activity(NASTY)));
    String page = page(snapshot, "x".repeat(2_000), 1_000);
    assertThat(bytes(page)).isLessThan(50_000);
    assertThat(page).contains("ocr(").contains("all of them");
    assertThat(PageHtml.everything(snapshot, Samples.console("x", 1), true, "N"))
        .contains("ocr(1)", "ocr(1000)");
  }

  @Test
  @DisplayName("D.30 names of 100,000 characters do not make it longer either")
  void longNames() {
    String name = "<n>&".repeat(25_000);
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(
                List.of(Samples.runner(name, Duration.ofHours(1), Outcome.FAILED)), List.of()),
            Samples.group(name, 3, Optional.of(name), activity(name)));
    assertThat(bytes(page(snapshot, name, 1_000))).isLessThan(50_000);
  }

  @Test
  @DisplayName("D.30 D.33 it loads nothing, and has no style or script but its own by the nonce")
  void nothingFromElsewhere() {
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(List.of(), List.of()),
            Samples.group("ocr", 3, Optional.empty(), activity(NASTY)));
    String page = page(snapshot, NASTY, 3);
    String body =
        page.substring(page.indexOf("</style>"), page.indexOf("<script nonce=\"NONCE\">"));
    assertThat(body).doesNotContain("http:", "https:", " style=", " onclick=", "<script", "<img");
    assertThat(page).containsOnlyOnce("<script nonce=\"NONCE\">").containsOnlyOnce("<style nonce");
  }

  @Test
  @DisplayName(
      "D.32 HTML is escaped, terminal codes and controls are taken out, on the page and in"
          + " every other form")
  void nastyText() {
    assertThat(Texts.plain(NASTY, false))
        .isEqualTo("<script>alert(1)</script>red & \"quoted\" 'single' turned \ufffd\ufffd end");
    assertThat(Texts.plain("a\u001b[", false)).isEqualTo("a");
    assertThat(Texts.plain("a\u001b", false)).isEqualTo("a");
    assertThat(Texts.plain("a\u001b]8;;http://x", false)).isEqualTo("a");
    assertThat(Texts.plain("a\tb\rc\nd", false)).isEqualTo("a  bcd");
    assertThat(new Html().text("<a href=\"'&\">").toString())
        .isEqualTo("&lt;a href=&quot;&#39;&amp;&quot;&gt;");
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(
                List.of(Samples.runner(NASTY, Duration.ofSeconds(1), Outcome.FAILED)), List.of()),
            Samples.group(NASTY, 2, Optional.of(NASTY), activity(NASTY)));
    assertThat(page(snapshot, NASTY, 2)).doesNotContain("<script>", "\u001b", "\u202e");
    assertThat(StatusText.of(snapshot)).doesNotContain("\u001b", "\u202e");
    assertThat(ConsoleHtml.text(Samples.console(NASTY, 2))).doesNotContain("\u001b", "\u202e");
    assertThat(ConsoleHtml.json(Samples.console(NASTY, 2)).encode()).doesNotContain("u001b");
  }

  @Test
  @DisplayName("D.31 secrets in settings are not shown")
  void redaction() {
    Map<String, String> shown =
        Redaction.of(
            Map.of(
                "database", "jdbc:postgresql://me:hush@db/x?password=hush&ssl=true",
                "apiToken", "hush",
                "jvmArgs", "-Xmx1g -Dsmtp.password=hush -Dport=25",
                "grace", "PT20S"));
    assertThat(shown.toString()).doesNotContain("hush").contains("ssl=true", "-Dport=25", "PT20S");
  }

  @Test
  @DisplayName("D.31 nor in the other forms that they come in")
  void redactionOfOtherForms() {
    for (String value :
        List.of(
            "{\"password\": \"hu sh\", \"port\": 25}",
            "{'db.passwd':'hu sh'}",
            "password='hu sh' port",
            "password=\"a\\\"hush\" port",
            "Authorization: Bearer hush",
            "--password hush --port 25",
            "[--api-key, hush, --port, 25]",
            "PWD=hush;port=25",
            "AWS_ACCESS_KEY_ID=hush port",
            "jdbc:postgresql://me:hu@sh/hush@db/x",
            "redis://:hush@db/0",
            "https://hushhushhushhushhush@github.example/x")) {
      assertThat(Redaction.of(Map.of("jvmArgs", value)).toString())
          .as(value)
          .doesNotContain("hush", "hu sh", "sh\"", "sh'")
          .contains("•••");
    }
    for (String value :
        List.of(
            "tcp://127.0.0.1:9000,unix:/run/x.sock", "-Xmx1g -XX:+UseSerialGC", "me@db", "25")) {
      assertThat(Redaction.of(Map.of("listen", value))).containsValue(value);
    }
  }

  @Test
  @DisplayName("D.32 a terminal code that does not end hides nothing of the next line")
  void endlessCodes() {
    for (String code :
        List.of("\u001b]0;title", "\u001bPq", "\u001b[31", "\u001b[", "\u001b", "\u001b(")) {
      assertThat(Texts.plain("a" + code + "\nwhy it died", true)).isEqualTo("a\nwhy it died");
    }
    assertThat(Texts.plain("a\u001b]0;t\u001b[31mb", false)).isEqualTo("ab");
    assertThat(Texts.plain("a\u001b(Bb\u001b]0;t\u001b\\c\u001b7d", false)).isEqualTo("abcd");
    assertThat(Texts.plain("a\u200fb\u200ec\u061cd", false)).isEqualTo("abcd");
  }

  @Test
  @DisplayName("D.32 a level of the user's own making is escaped like all else")
  void levels() {
    var line = new dev.remuda.daemon.ConsoleLine(1, Samples.NOW, "mq", "<b>\u001b[1m", "text");
    var console = new dev.remuda.daemon.ConsoleStats(List.of(), List.of(), List.of(line));
    assertThat(ConsoleHtml.section(console, Detail.MUCH)).contains("&lt;b&gt;");
    assertThat(ConsoleHtml.text(console)).doesNotContain("\u001b");
    assertThat(ConsoleHtml.json(console).encode()).doesNotContain("u001b");
  }

  @Test
  @DisplayName("D.30 it is red when a runner missed two periods, or one run outlasts them")
  void lateRunner() {
    var well = Samples.runner("a", Duration.ofSeconds(110), Outcome.SUCCEEDED);
    var late = Samples.runner("b", Duration.ofSeconds(130), Outcome.SUCCEEDED);
    var hangs =
        Samples.runner(
            "c",
            Optional.empty(),
            List.of(),
            List.of(
                new dev.remuda.daemon.RunnerStats.RunInFlight(
                    "c#1",
                    "poll",
                    Samples.NOW.minusSeconds(200),
                    Duration.ofSeconds(200),
                    Optional.empty(),
                    false)));
    Snapshot snapshot = Samples.snapshot(Samples.daemon(List.of(well, late, hangs), List.of()));
    assertThat(snapshot.isHealthy()).isFalse();
    assertThat(snapshot.problems())
        .extracting(Problem::subject, Problem::code)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("b", "runner-late"),
            org.assertj.core.groups.Tuple.tuple("c", "runner-late"));
  }

  @Test
  @DisplayName("D.30 it is red when a pool cannot start workers, or kicks are degraded")
  void brokenParts() {
    var degraded =
        Samples.runner(
            "kicked",
            Optional.empty(),
            List.of(
                new dev.remuda.daemon.RunnerStats.TriggerState(
                    "postgres channel", "no connection", true)),
            List.of());
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(List.of(degraded), List.of(Samples.queue(KickState.DEGRADED))),
            Samples.group("ocr", 0, Optional.of("java is gone"), Activity.NONE));
    assertThat(snapshot.problems())
        .filteredOn(problem -> problem.severity() == Problem.Severity.BROKEN)
        .extracting(Problem::code)
        .contains("workers-trouble", "kicks-degraded");
    assertThat(StatusText.health(snapshot)).contains("broken: ocr: no worker can be had: java is");
  }

  @Test
  @DisplayName("D.31 failures, dead messages and deaths are told of first, and do not make it red")
  void warnings() {
    Snapshot snapshot =
        Samples.snapshot(
            Samples.daemon(
                List.of(Samples.runner("a", Duration.ofSeconds(1), Outcome.FAILED)),
                List.of(
                    Samples.queue(
                        KickState.HEARD, new TypeState("mail", 0, 0, 0, 0, 1_000, Duration.ZERO)))),
            Samples.group("ocr", 1, Optional.empty(), activity("x")));
    assertThat(snapshot.isHealthy()).isTrue();
    assertThat(snapshot.problems())
        .extracting(Problem::code)
        .containsExactly("runner-failed", "worker-deaths", "dead-messages");
    String page = page(snapshot, "x", 1);
    assertThat(page.indexOf("id=health")).isLessThan(page.indexOf("id=busy"));
    assertThat(page.indexOf("id=busy")).isLessThan(page.indexOf("id=runners"));
    assertThat(page).contains("1,000 or more dead messages of type mail");
  }

  @Test
  @DisplayName("D.31 durations, sizes and counts are written for people")
  void figures() {
    assertThat(Texts.duration(Duration.ofNanos(420_000))).isEqualTo("0.4 ms");
    assertThat(Texts.duration(Duration.ofMillis(1_500))).isEqualTo("1.5 s");
    assertThat(Texts.duration(Duration.ofSeconds(192))).isEqualTo("3 min 12 s");
    assertThat(Texts.duration(Duration.ofHours(52))).isEqualTo("2 d 4 h");
    assertThat(Texts.readable("every PT1H, timeout PT5M")).isEqualTo("every 1 h, timeout 5 min");
    assertThat(Texts.readable("PT and PTX")).isEqualTo("PT and PTX");
    assertThat(Texts.bytes(38L << 20)).isEqualTo("38 MiB");
    assertThat(Texts.share(0.004)).isEqualTo("<1 %");
  }

  static Activity activity(String text) {
    var call =
        new Activity.Call(
            Samples.NOW, text, text, Duration.ofMillis(3), Duration.ofMillis(70), text);
    var death = new Activity.Death(Samples.NOW, text, text, text.repeat(50));
    return new Activity(
        List.of(call, call),
        List.of(new Activity.Bucket("100 ms", 12, 2, List.of(call))),
        List.of(1, 2, 3),
        List.of(0, 0, 1),
        List.of(death));
  }
}
