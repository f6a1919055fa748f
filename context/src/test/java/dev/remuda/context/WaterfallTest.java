package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

@DisplayName("C.15 A waterfall")
class WaterfallTest {
  private static final TaskRecord RECORD =
      new TaskRecord(
          1_795_222_630_077_430L,
          100_000,
          List.of(
              new TaskRecord.Line(25_000, 30, List.of("half way", Map.of("left", 2L))),
              new TaskRecord.Line(100_000, 10, List.of("no <answer>\u001b[2J\nfrom \u202eb"))),
          List.of(
              new TaskRecord.Span("->()", 0, 50_000),
              new TaskRecord.Span("hash & verify\u0007", 50_000, 100_000)),
          Map.of("user", "alice"));

  @Test
  @DisplayName("C.15 in text: each timer a bar on one axis, each line at its moment")
  void text() {
    assertThat(Waterfall.text(RECORD, 80))
        .isEqualTo(
            """
            2026-11-21T00:57:10.077430Z, 100.0 ms
            ->()                │█████████████             │ 50.0 ms
            INFO                │       ·                  │ half way {"left":2}
            hash & verify\\u0007 │             █████████████│ 50.0 ms
            ERROR               │                         ✗│ no <answer>\\u001b[2J\\nfrom …
            user = "alice"
            """);
  }

  @Test
  @DisplayName("C.15 in SVG: well-formed, without script or control characters")
  void svg() throws Exception {
    String svg = Waterfall.svg(RECORD);
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(2);
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
    assertThat(svg).contains("hash &amp; verify\\u0007").contains("no &lt;answer&gt;");
    assertThat(svg.chars()).allMatch(c -> c >= ' ');
  }

  @Test
  @DisplayName("C.15 of very many rows the first and the last are shown, and the others counted")
  void many() throws Exception {
    var lines = new ArrayList<TaskRecord.Line>();
    for (int i = 0; i < 10_000; i++) {
      lines.add(new TaskRecord.Line(i, 35, List.of("x")));
    }
    lines.set(9_999, new TaskRecord.Line(9_999, 10, List.of("the end")));
    var record = new TaskRecord(0, 10_000, lines, List.of(), Map.of());
    assertThat(Waterfall.text(record, 10).lines()).hasSize(502).contains("… and 9500 more");
    assertThat(Waterfall.text(record, 10)).contains("LEVEL 35 │");
    assertThat(Waterfall.text(record, 10)).endsWith("✗│ the end\n");
    assertThat(Waterfall.svg(record)).contains("… and 9500 more", "the end");
    assertThat(Waterfall.svg(record).split("<circle", -1)).hasSize(501);
  }

  @Test
  @DisplayName("C.15 no row is wider than the terminal, but that 60 columns are always used")
  void width() {
    var line = new TaskRecord.Line(5, 30, List.of("\u001b".repeat(100)));
    var span = new TaskRecord.Span("method".repeat(20), 0, 10);
    var record = new TaskRecord(0, 10, List.of(line), List.of(span), Map.of("k".repeat(90), 1L));
    for (int columns : new int[] {60, 61, 72, 80, 100, 133, 200}) {
      assertThat(Waterfall.text(record, columns).lines())
          .allSatisfy(row -> assertThat(row.length()).isBetween(10, columns));
    }
    assertThat(Waterfall.text(record, -1)).isEqualTo(Waterfall.text(record, 60));
  }

  @Test
  @DisplayName("C.15 of an empty record it is the time alone")
  void empty() {
    var record = new TaskRecord(0, 0, List.of(), List.of(), Map.of());
    assertThat(Waterfall.text(record, 80)).isEqualTo("1970-01-01T00:00:00Z, 0.0 ms\n");
    assertThat(Waterfall.svg(record)).startsWith("<svg").endsWith("</svg>");
  }
}
