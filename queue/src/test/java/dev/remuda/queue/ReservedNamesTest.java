package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that would be called as a word of SQL. */
class ReservedNamesTest {
  private static final List<String> WORDS =
      List.of(
          "user", "group", "left", "cross", "natural", "offset", "value", "row", "index", "key",
          "rownum", "window", "check", "limit", "end", "set", "from", "queue", "temp", "analyse");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.10 a table named as a reserved word is refused by that name")
  void refused(Engine engine) {
    String url = engine.url(folder);
    for (String word : List.of("order", "Table", "SELECT")) {
      assertThatThrownBy(() -> MessageQueue.builder(url).table(word).open())
          .isInstanceOf(QueueSchemaException.class)
          .hasMessageContaining("table cannot be named " + word + ": that is a reserved word of ")
          .hasMessageContaining(engine.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.10 a table of any other name works, for plain SQL too")
  void refusedOrUsable(Engine engine) throws Exception {
    String url = engine.url(folder);
    var usable = new ArrayList<String>();
    for (String word : WORDS) {
      try (MessageQueue queue = MessageQueue.builder(url).table(word).open()) {
        queue.enqueue("t", "x", EnqueueOptions.NONE.orderKey("k"));
        Engine.sql(url, "INSERT INTO " + word + " (type, data) VALUES ('t', 'x')");
        assertThat(queue.snapshot().types().getFirst().state().ready()).isEqualTo(2);
        usable.add(word);
      } catch (QueueSchemaException e) {
        assertThat(e).hasMessageContaining("reserved word");
      }
    }
    assertThat(usable).contains("queue").doesNotContain("from");
  }
}
