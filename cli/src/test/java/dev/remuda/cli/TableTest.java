package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.18 A table of workers")
class TableTest {
  private static Table table() {
    var table = new Table(List.of(Table.Column.left("NAME"), Table.Column.right("N")));
    table.add(List.of("a", "1000"), UnaryOperator.identity(), "");
    table.add(List.of("long(1)", "2"), UnaryOperator.identity(), "because it is so");
    return table;
  }

  @Test
  @DisplayName("P.18 a row is one line for a program, whatever there is to say")
  void forPrograms() {
    assertThat(table().text(0))
        .isEqualTo(
            """
            NAME        N
            a        1000
            long(1)     2  because it is so
            """);
  }

  @Test
  @DisplayName("P.18 in a window a remark stands beside its row, or is wrapped under it")
  void forPeople() {
    assertThat(table().text(80)).isEqualTo(table().text(0));
    assertThat(table().text(16))
        .isEqualTo(
            """
            NAME        N
            a        1000
            long(1)     2
                because it
                is so
            """);
  }
}
