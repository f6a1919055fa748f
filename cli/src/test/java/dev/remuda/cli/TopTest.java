package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("D.35 What remuda top shows")
class TopTest {
  private static final Map<String, Object> STATUS =
      Map.of("name", "ocr", "pid", 4711L, "ageMillis", 60_000L, "started", 9L, "killed", 1L);

  private static WorkerRow row(int number, String state, long inState, long age, long kib) {
    return new WorkerRow(
        "ocr(" + number + ")",
        100 + number,
        state,
        "",
        false,
        "unix:/x",
        age,
        inState,
        number,
        kib);
  }

  private static final List<WorkerRow> WORKERS =
      List.of(
          row(1, "BUSY", 10, 3_000, 1_024),
          row(2, "STANDBY", 500, 9_000, 4_096),
          row(3, "SETUP_FAILED", 1, 1_000, 2_048));

  private static List<String> names(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> line.matches(">?ocr\\(.*"))
        .map(line -> line.split(" ", 2)[0])
        .toList();
  }

  @Test
  @DisplayName(
      "D.35 who is in trouble comes first, then who is longest in its state; s changes that")
  void order() {
    var view = new TopView();
    assertThat(names(view.text(STATUS, WORKERS, 0, 100)))
        .containsExactly("ocr(3)", "ocr(2)", "ocr(1)");
    view.nextOrder();
    view.nextOrder();
    assertThat(view.text(STATUS, WORKERS, 0, 100)).contains("order: most memory");
    view.nextOrder();
    assertThat(names(view.text(STATUS, WORKERS, 0, 100)))
        .containsExactly("ocr(3)", "ocr(2)", "ocr(1)");
  }

  @Test
  @DisplayName("D.35 a filter leaves those that have the text; the chosen one is marked and stays")
  void filterAndChoice() {
    var view = new TopView();
    view.filter("STAND");
    assertThat(names(view.text(STATUS, WORKERS, 0, 100))).containsExactly("ocr(2)");
    view.move(1);
    view.filter("");
    assertThat(names(view.text(STATUS, WORKERS, 0, 100)))
        .containsExactly("ocr(3)", ">ocr(2)", "ocr(1)");
    view.move(1);
    assertThat(view.chosen()).isEqualTo(WORKERS.getFirst());
    view.move(1);
    assertThat(view.chosen()).isEqualTo(WORKERS.getFirst());
  }

  @Test
  @DisplayName("D.35 it fits any window: no line is wider, and no more lines than fit")
  void windows() {
    var many = new java.util.ArrayList<WorkerRow>();
    for (int i = 1; i <= 1_000; i++) {
      many.add(row(i, "BUSY", i, i, i));
    }
    for (int width : new int[] {10, 40, 80, 200}) {
      for (int height : new int[] {5, 24, 60}) {
        String text = new TopView().text(STATUS, many, width, height);
        assertThat(text.lines()).allMatch(line -> line.length() <= width);
        assertThat(text.lines().count()).isLessThanOrEqualTo(Math.max(height, 6));
      }
    }
  }
}
