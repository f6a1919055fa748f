package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mass notification with several processes, a mail server and browsers. */
class MassNotificationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ALL = "north,south,east";
  private static final long HOUR_MILLIS = 3_600_000;

  @TempDir private Path folder;

  private String url() {
    return "sqlite:" + folder.resolve("queue.db");
  }

  @Test
  @DisplayName(
      "D.14 D.15 one alarm reaches every site at once by kicks, however rare the polls are")
  void anAlarmReachesEverySiteByKicks() throws Exception {
    try (var mails = new SmtpSink();
        JavaProgram first = program("north", mails, HOUR_MILLIS, "kicks");
        JavaProgram second = program("south,east", mails, HOUR_MILLIS, "kicks")) {
      List<String> firstSeen = browser(first);
      List<String> secondSeen = browser(second);
      try (JavaProgram button = JavaProgram.start(DuressButton.class, url(), "fire in hall 3")) {
        assertThat(button.lines()).containsExactly("alarm 1 is raised");
      }
      assertAllActed("fire in hall 3", mails);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(firstSeen).contains("data: north: fire in hall 3");
            assertThat(secondSeen)
                .contains("data: south: fire in hall 3", "data: east: fire in hall 3");
          });
    }
  }

  @Test
  @DisplayName("D.10 D.15 without any kick an alarm by plain SQL reaches every site by the polls")
  void anAlarmReachesEverySiteByPolls() throws Exception {
    try (var mails = new SmtpSink();
        JavaProgram first = program("north", mails, 500, "no-kicks");
        JavaProgram second = program("south,east", mails, 500, "no-kicks")) {
      assertThat(browser(first)).isNotNull();
      assertThat(browser(second)).isNotNull();
      try (var connection = DriverManager.getConnection("jdbc:" + url());
          var statement = connection.createStatement()) {
        statement.execute("INSERT INTO MessageQueue (type, data) VALUES ('duress', 'flood')");
      }
      assertAllActed("flood", mails);
    }
  }

  private JavaProgram program(String sites, SmtpSink mails, long pollMillis, String kicks)
      throws IOException {
    return JavaProgram.start(
        MassNotification.class,
        url(),
        ALL,
        sites,
        folder.toString(),
        Integer.toString(mails.port()),
        Long.toString(pollMillis),
        kicks);
  }

  /** Waits for the program, and for its first word to a browser. */
  private static List<String> browser(JavaProgram program) throws Exception {
    String line = program.line();
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(line.substring(line.indexOf("http")))).build();
    CompletableFuture<HttpResponse<Void>> unused =
        HttpClient.newHttpClient()
            .sendAsync(
                request, info -> HttpResponse.BodySubscribers.fromLineSubscriber(new Lines(seen)));
    await().atMost(PATIENCE).until(() -> seen.contains(": listening"));
    assertThat(unused).isNotCompleted();
    return seen;
  }

  private void assertAllActed(String alarm, SmtpSink mails) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          for (String site : ALL.split(",", -1)) {
            assertThat(folder.resolve(site + ".log")).hasContent(alarm);
          }
          assertThat(mails.received())
              .containsExactlyInAnyOrder(
                  "<guard@north.example> " + alarm,
                  "<guard@south.example> " + alarm,
                  "<guard@east.example> " + alarm);
        });
  }
}
