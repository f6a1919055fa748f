package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.Pool;
import dev.remuda.queue.ConsumeOptions;
import dev.remuda.queue.MessageQueue;
import dev.remuda.queue.TypeSnapshot;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queue consumers as a part of a daemon, and handlers that run in workers. */
class QueueConsumersTest {
  @TempDir private Path folder;

  /** What the workers do. */
  public interface Printer {
    /** Blocks for ever at {@code hang}. */
    void print(String text) throws InterruptedException;
  }

  /** It does it. */
  public static final class RealPrinter implements Printer {
    @Override
    public void print(String text) throws InterruptedException {
      if (text.equals("hang")) {
        new CountDownLatch(1).await();
      }
    }
  }

  private String url() {
    return "sqlite:" + folder.resolve("queue.db");
  }

  @Test
  @DisplayName("D.1 D.11 a daemon that ends lets handlers end, and gives back what was not begun")
  void aDaemonThatEndsLetsHandlersEnd() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    var begun = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    MessageQueue queue = MessageQueue.open(url());
    queue.enqueue("print", "1");
    queue.enqueue("print", "2");
    Daemon daemon =
        Daemon.named("t")
            .add(
                QueueConsumers.of("queue", queue)
                    .consume(
                        "print",
                        message -> {
                          begun.countDown();
                          mayEnd.await();
                          handled.add(message.data());
                        }))
            .start();
    assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    Thread closer = Thread.startVirtualThread(daemon::close);
    await().atMost(PATIENCE).until(() -> daemon.stats().state() == DaemonStats.State.DRAINING);
    assertThat(daemon.exitReason()).isEmpty();
    mayEnd.countDown();
    closer.join();
    assertThat(daemon.exitReason()).hasValue(ExitReason.DRAINED);
    assertThat(handled).containsExactly("1");
    assertThat(rows("owner IS NULL")).containsExactly("2 attempt 0: null");
  }

  @Test
  @DisplayName(
      "D.1 D.11 the daemon's grace is shorter than the queue's: the handler is interrupted then")
  void theGraceCutsTheQueuesPatienceShort() throws Exception {
    var begun = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    MessageQueue queue = MessageQueue.builder(url()).closePatience(Duration.ofHours(1)).open();
    queue.enqueue("print", "1");
    Daemon daemon =
        Daemon.named("t")
            .grace(Duration.ofMillis(100))
            .add(
                QueueConsumers.of("queue", queue)
                    .consume(
                        "print",
                        message -> {
                          begun.countDown();
                          try {
                            new CountDownLatch(1).await();
                          } catch (InterruptedException e) {
                            interrupted.countDown();
                            throw e;
                          }
                        }))
            .start();
    assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    daemon.close();
    assertThat(daemon.exitReason()).hasValue(ExitReason.CANCELLED);
    assertThat(interrupted.getCount()).isZero();
    assertThat(rows("owner IS NULL").getFirst())
        .startsWith("1 attempt 1: ")
        .contains("Interrupted");
  }

  @Test
  @DisplayName("D.13 the death of a worker releases its message within a second, autopsy and all")
  void theDeathOfAWorkerReleasesItsMessage() throws Exception {
    Pool<Printer> pool =
        Pool.builder(Printer.class, RealPrinter.class)
            .minWorkers(1)
            .maxWorkers(1)
            .timeout(Duration.ZERO)
            .start();
    MessageQueue queue = MessageQueue.open(url());
    ConsumeOptions options =
        ConsumeOptions.DEFAULT.backoff(Duration.ofHours(1), Duration.ofHours(2));
    QueueConsumers consumers =
        QueueConsumers.of("queue", queue)
            .consume(
                "print",
                options,
                WorkerHandler.of(pool, (worker, message) -> worker.print(message.data())));
    try (Daemon daemon = Daemon.named("t").add("pool", pool).add(consumers).start()) {
      queue.enqueue("print", "fine");
      await().atMost(PATIENCE).until(() -> rows("1 = 1").isEmpty());
      queue.enqueue("print", "hang");
      await().atMost(PATIENCE).until(() -> pool.stats().active() == 1);
      long pid = busyPid(pool);
      long killed = System.currentTimeMillis();
      DaemonSupport.signal("KILL", pid);
      await().atMost(PATIENCE).until(() -> !rows("owner IS NULL").isEmpty());
      long millis = releasedAt() - killed;

      assertThat(rows("owner IS NULL").getFirst())
          .startsWith("hang attempt 1: print: worker connection suddenly died")
          .contains("SIGKILL", "fingerprint:", "(pid " + pid + ")");
      assertThat(millis)
          .as("released %d ms after the kill; a heartbeat's absence takes 30 s", millis)
          .isBetween(0L, 999L);
      TypeSnapshot type =
          daemon.stats().queues().getFirst().snapshot().orElseThrow().types().getFirst();
      assertThat(type.type()).isEqualTo("print");
    }
  }

  private static long busyPid(Pool<?> pool) {
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                pool.workers().join().workers().stream()
                    .filter(worker -> worker.state().equals("BUSY"))
                    .mapToLong(worker -> worker.pid())
                    .findFirst()
                    .orElse(0L),
            pid -> pid > 0);
  }

  @Test
  @DisplayName("D.1 a type that is consumed twice is refused before anything begins")
  void aTypeIsConsumedOnce() {
    MessageQueue queue = MessageQueue.open(url());
    QueueConsumers consumers =
        QueueConsumers.of("queue", queue).consume("a", message -> {}).consume("a", message -> {});
    assertThatThrownBy(() -> Daemon.named("t").add(consumers).start())
        .hasMessageContaining("'queue': the type 'a' is consumed twice");
    queue.close();
  }

  /** By the database's clock, which is this machine's: it waits from there on. */
  private long releasedAt() throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:" + url());
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT run_at - backoff FROM MessageQueue")) {
      row.next();
      return row.getLong(1);
    }
  }

  private List<String> rows(String condition) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:" + url());
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT data, attempt, last_error FROM MessageQueue WHERE " + condition)) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        found.add(rows.getString(1) + " attempt " + rows.getInt(2) + ": " + rows.getString(3));
      }
      return found;
    }
  }
}
