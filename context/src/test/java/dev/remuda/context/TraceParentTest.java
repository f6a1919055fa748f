package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.14 A trace parent")
class TraceParentTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String VALUE = "00-" + TRACE + "-00f067aa0ba902b7-01";

  @Test
  @DisplayName("C.14 is what the code that runs stands in, in its callbacks too")
  void during() {
    var parent = new TraceParent(VALUE, "vendor=1");
    Runnable[] later = new Runnable[1];
    assertThat(TraceParent.current()).isEmpty();
    parent.during(() -> {
      assertThat(TraceParent.current()).contains(parent);
      later[0] = Frame.runnable(() -> assertThat(TraceParent.current()).contains(parent));
      return null;
    });
    assertThat(TraceParent.current()).isEmpty();
    later[0].run();
    assertThat(parent.traceId()).isEqualTo(TRACE);
  }

  @Test
  @DisplayName("C.14 of what comes from outside only a well-formed one is taken")
  void parse() {
    assertThat(TraceParent.parse(VALUE, null)).isPresent();
    assertThat(TraceParent.parse("01" + VALUE.substring(2) + "-more", null)).isPresent();
    assertThat(TraceParent.parse(VALUE, "\u0007")).contains(new TraceParent(VALUE, null));
    assertThat(TraceParent.parse(VALUE, "x".repeat(600))).contains(new TraceParent(VALUE, null));
    for (String bad :
        List.of(
            "",
            "x",
            VALUE + "-more",
            VALUE + "0",
            VALUE.replace("00-4", "ff-4"),
            VALUE.replace(TRACE, "0".repeat(32)),
            VALUE.replace("00f067aa0ba902b7", "0".repeat(16)),
            VALUE.replace("4bf9", "4BF9"),
            VALUE.replace("-01", "_01"))) {
      assertThat(TraceParent.parse(bad, null)).as(bad).isEmpty();
      assertThatThrownBy(() -> new TraceParent(bad, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("00-TRACE-PARENT-FLAGS, not " + bad);
    }
    assertThatThrownBy(() -> new TraceParent(VALUE, "\n"))
        .hasMessageContaining("printable ASCII")
        .hasMessageContaining("\\n");
  }

  @Test
  @DisplayName("C.14 a new one is well-formed, and none like another")
  void random() {
    TraceParent first = TraceParent.random();
    assertThat(TraceParent.parse(first.value(), null)).contains(first);
    assertThat(TraceParent.random()).isNotEqualTo(first);
  }
}
