package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir Path temporary;

  private Command demo(String... arguments) {
    return Command.startIn(
        temporary, Stream.concat(Stream.of("demo"), Stream.of(arguments)).toArray(String[]::new));
  }

  /** Crash reports stay in their folder, for their reader. */
  private List<String> leftBehind() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("remuda-crashes-") && !name.startsWith("hsperfdata"))
          .filter(name -> !name.startsWith("sqlite-"))
          .toList();
    }
  }

  @Test
  void allThatWorkersCanDoIsSurvivedAndTold() throws IOException {
    try (var demo = demo("--passwords", "12", "--cost", "6", "--workers", "2")) {
      Command.Ended ended = demo.end();
      assertThat(ended.out())
          .contains("12 hashed in", "heartbeat was at worst")
          .contains("checkoutDone() rolled back", "alice has 900, bob 1,100")
          .contains("\"main\"", "Echo.spin(Echo.java:")
          .contains("crashed with SIGSEGV", "ran out of memory (Java heap space)", "all answered")
          .contains("11 started, 1 killed, 2 died, 8 closed, 0 left over", "all 12 checks passed")
          .doesNotContain("FAILED", "Exception", "\u001b");
      assertThat(ended.out().lines()).allMatch(line -> line.length() <= 80);
      assertThat(ended.err()).isEmpty();
      assertThat(ended.status()).isZero();
    }
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void theSummaryIsAlsoJson() {
    try (var demo = demo("--json", "--passwords", "3", "--cost", "4", "--workers", "1")) {
      Command.Ended ended = demo.end();
      assertThat(ended.out().lines()).hasSize(1);
      var summary = (Map<?, ?>) JsonText.read(ended.out());
      assertThat(summary.get("passed")).isEqualTo(true);
      assertThat((Map<?, ?>) summary.get("workers"))
          .isEqualTo(Map.of("started", 10L, "killed", 1L, "died", 2L, "leftOver", 0L));
      assertThat(summary.toString()).contains("worstDelayMillis", "SIGSEGV", "Echo.spin");
      assertThat(ended.err()).isEmpty();
      assertThat(ended.status()).isZero();
    }
  }

  @Test
  @DisplayName(
      "D.30 demo --status PORT: its pools are seen on a page; interrupted in the middle it leaves"
          + " nothing")
  void interruptedInTheMiddleItLeavesNothing() throws IOException {
    try (var demo = demo("--passwords", "100000", "--cost", "12", "--status", "0")) {
      demo.awaitOut("1 Blocking work");
      await().atMost(Duration.ofSeconds(30)).until(() -> demo.children().size() >= 2);
      String page = ServeStatusTest.page(demo);
      await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> {
            String text = ServeStatusTest.get(page);
            return text.startsWith("demo: running") && text.contains("hash");
          });
      List<ProcessHandle> workers = demo.children();
      demo.signal("INT");
      Command.Ended ended = demo.end();
      assertThat(ended.status()).isEqualTo(130);
      assertThat(ended.out()).doesNotContain("FAILED", "Exception");
      assertThat(ended.err().lines()).singleElement().asString().contains("status page at");
      Command.awaitGone(workers);
    }
    assertThat(leftBehind()).isEmpty();
  }
}
