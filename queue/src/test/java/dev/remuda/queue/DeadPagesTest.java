package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists of dead messages cost what is shown, however many and long they are. */
class DeadPagesTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir Path folder;

  private static void bury(String url, int count, String type, String data) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO message_dead (message_id, inserted_at, died_at, type, data, attempt,"
                  + " last_error) VALUES (1, 0, 0, ?, ?, 1, 'no')")) {
        for (int i = 0; i < count; i++) {
          insert.setString(1, type);
          insert.setString(2, data);
          insert.executeUpdate();
        }
      }
      connection.commit();
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.11 dead messages come in pages of 1,000, newest first, none twice, none left out")
  void pages(Engine engine) throws Exception {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.open(url)) {
      bury(url, 600, "a", "x");
      bury(url, 5, "b", "x");
      bury(url, 1_500, "a", "x");
      List<Long> all = new ArrayList<>();
      List<DeadMessage> page = queue.deadMessages("a", 1_000_000);
      assertThat(page).hasSize(1_000);
      while (!page.isEmpty()) {
        page.forEach(message -> all.add(message.id()));
        page = queue.deadMessages("a", 1_000_000, all.getLast());
      }
      assertThat(all).hasSize(2_100).doesNotHaveDuplicates();
      assertThat(all).isSortedAccordingTo((left, right) -> Long.compare(right, left));
      assertThat(queue.deadMessages("b", 9)).hasSize(5);
      assertThat(queue.deadMessages(null, 9, all.get(1_499)))
          .extracting(DeadMessage::type)
          .startsWith("b");
      assertThat(queue.retryAllDead("a")).isEqualTo(2_100);
      assertThat(queue.deadMessages(null, 9)).hasSize(5);
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName(
      "D.11 a list of dead messages reads the beginning of long data; one can be had whole")
  void beginnings(Engine engine) throws Exception {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.open(url)) {
      bury(url, 20, "long", "x".repeat(MEBIBYTE));
      long before = allocated();
      List<DeadMessage> list = queue.deadMessages("long", 100);
      if (engine != Engine.H2) {
        // H2 is in this process, and reads whole rows.
        assertThat(allocated() - before).isLessThan(10L * MEBIBYTE);
      }
      assertThat(list).hasSize(20);
      assertThat(list).allMatch(dead -> dead.data().length() == DeadMessage.SHOWN);
      assertThat(list).allMatch(dead -> dead.dataLength() == MEBIBYTE);
      assertThat(queue.deadMessage(list.getFirst().id()).orElseThrow().data())
          .isEqualTo("x".repeat(MEBIBYTE));
      assertThat(queue.deadMessage(99)).isEmpty();
    }
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }
}
