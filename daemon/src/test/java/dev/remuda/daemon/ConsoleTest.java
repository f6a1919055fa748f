package dev.remuda.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.server.WorkerOutput;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The last lines of the console. */
class ConsoleTest {
  private final PrintStream realOut = System.out;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void redirect() {
    System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(realOut);
  }

  @Test
  @DisplayName("D.32 lines are kept, tagged by process, and still written through")
  void linesAreKeptAndWrittenThrough() {
    PrintStream before = System.out;
    try (Daemon daemon = Daemon.named("t").captureConsole().start()) {
      System.out.print("Grüße, ");
      System.out.println("€");
      System.out.print("two\r\nthree");
      Console.workers().line("hash(7)", WorkerOutput.Stream.OUT, "from a worker");
      System.getLogger("some.logger").log(System.Logger.Level.WARNING, "{0} is hot", "it");
      List<ConsoleLine> out = daemon.console().out();
      assertThat(out)
          .extracting(line -> line.process() + "|" + line.text())
          .containsExactly("t|Grüße, €", "t|two", "hash(7)|from a worker");
      assertThat(daemon.console().log())
          .anyMatch(line ->
              line.text().equals("some.logger: it is hot") && line.level().equals("WARNING"));
    }
    assertThat(System.out).isSameAs(before);
    assertThat(written.toString(StandardCharsets.UTF_8))
        .isEqualTo("Grüße, €\ntwo\r\nthree[hash(7)] from a worker\n");
  }

  @Test
  @DisplayName("D.32 the last 1,000 lines in bounded memory, however long they are")
  void memoryIsBounded() {
    try (Console console = Console.capture("t")) {
      String longLine = "x".repeat(100_000);
      System.out.println(longLine);
      for (int i = 0; i < 50; i++) {
        System.out.print(longLine);
      }
      System.out.println();
      assertThat(console.stats().out())
          .extracting(ConsoleLine::text)
          .containsExactly(
              "x".repeat(LineRing.LENGTH) + "… (98000 more)",
              "x".repeat(LineRing.LENGTH) + "… (4998000 more)");
      for (int i = 0; i < 1_500; i++) {
        System.out.println("line " + i);
      }
      List<ConsoleLine> out = console.stats().out();
      assertThat(out).hasSize(1_000);
      assertThat(out.getFirst().text()).isEqualTo("line 500");
      assertThat(out.getLast().number()).isEqualTo(1_502);
    }
  }
}
