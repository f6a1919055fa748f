package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The waterfall that the README shows, as the program draws it. */
class QuoteTourTest {
  /** What the program has printed; where it draws otherwise now, its output goes there again. */
  private static final Path SHOWN = ProjectFiles.root().resolve("docs/waterfall.txt");

  @Test
  @DisplayName("C.13 C.15 the waterfall of a request to five workers, one of which fails")
  void theWaterfallIsAsShown() throws Exception {
    List<String> drawn;
    try (var program = JavaProgram.start(QuoteTour.class)) {
      drawn = program.lines();
    }
    assertThat(structure(drawn))
        .as("drawn: %s", String.join("\n", drawn))
        .isEqualTo(structure(Files.readAllLines(SHOWN)));
    assertThat(drawn).filteredOn(line -> line.startsWith("quote ")).hasSize(5);
    assertThat(drawn).filteredOn(line -> line.contains("✗")).hasSize(1);
  }

  /** All but the times, and what depends on them: lengths of bars, order, worker's numbers. */
  private static List<String> structure(List<String> waterfall) {
    return waterfall.stream()
        .map(line -> line.replaceAll("│ *(\\S)\\S* *│", "│$1│"))
        .map(line -> line.replaceAll("[0-9]+", "N").replaceAll("N(\\.N)* ms", "N ms"))
        .map(line -> line.replaceAll("^N-N-N.*Z, ", "DATE, ").replaceAll(" +", " "))
        .map(line -> line.length() <= 50 ? line : line.substring(0, 50))
        .sorted()
        .toList();
  }
}
