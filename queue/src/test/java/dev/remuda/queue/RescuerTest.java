package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is taken for dead, and when. */
class RescuerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration HEARTBEAT = Duration.ofMillis(100);
  private static final Duration STALE = Duration.ofMillis(300);

  @TempDir Path folder;

  @Test
  @DisplayName(
      "D.13 after a time when nobody reached the database nobody is dead at the first look")
  void outage() throws Exception {
    String url = Engine.SQLITE.url(folder);
    try (MessageQueue queue = MessageQueue.open(url)) {
      queue.enqueue("t", "x");
    }
    Engine.sql(
        url,
        "INSERT INTO message_consumer (id, heartbeat, started, name, host, addresses) VALUES (5,"
            + " CAST(unixepoch('subsec') * 1000 AS INTEGER), 0, 'other', 'here', '')",
        "UPDATE MessageQueue SET owner = 5, attempt = 1");
    Database database = Connections.byUrl(url, new Properties());
    try (MessageStore store =
        new JdbcStore(new Link(database), true, database, TableNames.of("MessageQueue"), 0)) {
      Housekeeping housekeeping = store.housekeeping();
      var presence = new Presence("me", "here", STALE.toNanos(), _ -> {});
      var rescuer = new Rescuer(housekeeping, presence, HEARTBEAT, STALE, () -> {});
      rescuer.look();
      await().pollDelay(STALE.multipliedBy(3)).atMost(PATIENCE).until(() -> true);
      rescuer.look();
      assertThat(rescuer.rescued()).isZero();
      housekeeping.beat(5, null);
      Duration wait = rescuer.look();
      assertThat(rescuer.rescued()).isZero();

      long end = System.nanoTime() + PATIENCE.toNanos();
      while (rescuer.rescued() == 0 && System.nanoTime() < end) {
        Duration pause = wait;
        await().pollDelay(pause).atMost(PATIENCE).until(() -> true);
        wait = rescuer.look();
      }
      assertThat(rescuer.rescued()).isEqualTo(1);
    }
  }
}
