package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/ says of the page, compared with a daemon that has a bit of everything. */
class DocsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern METRIC = Pattern.compile("remuda_[a-z_]+");

  /** A metric with the braces behind it. */
  private static final Pattern SELECTOR = Pattern.compile("(remuda_[a-z_]+)\\{([^}]*)\\}");

  private static final Pattern LABEL = Pattern.compile("(\\w+)=~?\\\\?\"([^\"\\\\]*)");
  private static final Pattern BY = Pattern.compile(" by \\(([^)]*)\\)");

  /** What Prometheus itself adds to each metric, and to buckets. */
  private static final Set<String> OTHER_LABELS = Set.of("instance", "le");

  @TempDir private static Path folder;
  private static ShownDaemon shown;
  private static String scrape = "";

  @BeforeAll
  static void start() throws Exception {
    Path token = folder.resolve("token");
    shown = new ShownDaemon(folder, page -> page.allowActions().token(token));
    shown.refuses.set(true);
    shown.queue.enqueue("mail", "x");
    assertThat(shown.pool.sync().echo("x")).isEqualTo("x");
    assertThat(shown.pool.async(work -> work.die())).failsWithin(PATIENCE);
    await().atMost(PATIENCE).until(() -> curl("curl URL/status.json").contains("550 no such"));
    scrape = curl("curl URL/metrics");
  }

  @AfterAll
  static void close() {
    shown.close();
  }

  /** Runs a line of a shell, with the token added to what curl asks. */
  private static String curl(String line) throws IOException, InterruptedException {
    String script =
        """
        curl() {
          command curl -fsS --max-time 30 -H "Authorization: Bearer $(cat token)" "$@"
        }
        """
            + line.replace("URL", shown.url());
    Path out = folder.resolve("curl.txt");
    Process shell =
        new ProcessBuilder("sh", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    int status = shell.waitFor();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(status).as("%s said %s", line, said).isZero();
    return said;
  }

  private static String docs(String file) throws IOException {
    return Files.readString(DOCS.resolve(file), StandardCharsets.UTF_8);
  }

  private static void names(Object json, Set<String> names) {
    if (json instanceof JsonObject object) {
      for (String name : object.fieldNames()) {
        names.add(name);
        if (!name.equals("settings")) {
          names(object.getValue(name), names);
        }
      }
    } else if (json instanceof JsonArray array) {
      array.forEach(each -> names(each, names));
    }
  }

  private static Set<String> metrics() {
    Set<String> metrics = new TreeSet<>();
    scrape
        .lines()
        .filter(line -> line.startsWith("# TYPE "))
        .forEach(line -> metrics.add(line.split(" ", -1)[2]));
    return metrics;
  }

  @Test
  @DisplayName("D.30 each curl of docs/status.md is answered in the form that it says")
  void curls() throws Exception {
    List<String> lines =
        docs("status.md").lines().filter(line -> line.startsWith("curl ")).toList();
    assertThat(lines).hasSizeGreaterThanOrEqualTo(8);
    for (String line : lines) {
      String said = curl(line.replace("http://127.0.0.1:9000", "URL"));
      Matcher comment = Pattern.compile("# (.*)$").matcher(line);
      String begin = comment.find() ? comment.group(1).replaceAll(" *….*", "") : "";
      assertThat(said).as(line).startsWith(begin);
    }
  }

  @Test
  @DisplayName("D.30 every name in status.json is documented")
  void json() throws Exception {
    var names = new TreeSet<String>();
    names(new JsonObject(curl("curl URL/status.json")), names);
    String docs = docs("status.md");
    assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(docs).contains("`" + name + "`"));
  }

  @Test
  @DisplayName("D.30 P.36 metrics are documented, and what is documented is there")
  void metricNames() throws Exception {
    Set<String> documented = new TreeSet<>();
    Matcher name = Pattern.compile("`(remuda_[a-z_]+)`").matcher(docs("status.md"));
    while (name.find()) {
      documented.add(name.group(1));
    }
    assertThat(documented).isEqualTo(metrics());
  }

  @Test
  @DisplayName(
      "D.30 P.36 the dashboard and the alert rules ask for metrics, labels and values that are")
  void dashboardAndAlerts() throws Exception {
    var asked = new ArrayList<String>();
    var dashboard = new JsonObject(docs("grafana.json"));
    for (Object panel : dashboard.getJsonArray("panels")) {
      for (Object target : ((JsonObject) panel).getJsonArray("targets")) {
        asked.add(((JsonObject) target).getString("expr"));
      }
    }
    docs("alerts.yml")
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("expr: "))
        .forEach(asked::add);
    assertThat(asked).hasSizeGreaterThan(20).allSatisfy(DocsTest::isThere);
  }

  private static void isThere(String expression) {
    Matcher metric = METRIC.matcher(expression);
    while (metric.find()) {
      assertThat(lines(metric.group())).as("%s in %s", metric.group(), expression).isNotEmpty();
    }
    Matcher selector = SELECTOR.matcher(expression);
    while (selector.find()) {
      List<String> lines = lines(selector.group(1));
      Matcher label = LABEL.matcher(selector.group(2));
      while (label.find()) {
        if (!OTHER_LABELS.contains(label.group(1))) {
          for (String value : label.group(2).split("\\|", -1)) {
            String wanted = label.group(1) + "=\"" + value + "\"";
            assertThat(lines).as(wanted).anyMatch(line -> line.contains(wanted));
          }
        }
      }
    }
    Matcher by = BY.matcher(expression);
    while (by.find()) {
      for (String label : by.group(1).split(", ", -1)) {
        assertThat(OTHER_LABELS.contains(label) || scrape.contains(label + "=\""))
            .as(label)
            .isTrue();
      }
    }
  }

  private static List<String> lines(String metric) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
        .toList();
  }
}
