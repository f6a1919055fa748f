package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a queue costs that has nothing to do, on connections of the caller's. */
class IdleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;
  private final List<String> executed = new CopyOnWriteArrayList<>();

  @Test
  @DisplayName("D.16 an idle consumer asks two statements a poll: 0.1 a second by default")
  void twoStatementsAPoll() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:file:" + folder.resolve("idle"));
    var seen = new AtomicInteger();
    try (MessageQueue queue =
        MessageQueue.builder(counting(DataSource.class, source))
            .poll(Duration.ofMillis(50))
            .open()) {
      queue.consume("idle", _ -> seen.incrementAndGet());
      queue.enqueue("idle", "x");
      await().atMost(PATIENCE).until(() -> seen.get() == 1);
      await().atMost(PATIENCE).until(() -> queue.snapshot().kicks() == KickState.HEARD);
      await().atMost(PATIENCE).until(() -> polls() > 20);
      int from = lastClaim();
      await().atMost(PATIENCE).until(() -> polls() > 60);
      assertThat(lastClaim()).isEqualTo(from);

      List<String> idle = executed.subList(from + 1, executed.size());
      long beats = idle.stream().filter(sql -> sql.startsWith("UPDATE message_consumer")).count();
      long peeks = idle.stream().filter(sql -> sql.contains("UNION ALL")).count();
      assertThat(peeks).isGreaterThan(30);
      assertThat(beats).isBetween(peeks - 1, peeks + 1);
    }
    Duration apart = MessageQueue.DEFAULT_POLL.dividedBy(2);
    assertThat(apart).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
  }

  @Test
  @DisplayName("D.16 a message that is due and waits behind its order key costs no looks")
  void behindItsKey() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:file:" + folder.resolve("behind"));
    var tried = new AtomicInteger();
    try (MessageQueue queue =
        MessageQueue.builder(counting(DataSource.class, source)).kicksOn().open()) {
      EnqueueOptions key = EnqueueOptions.NONE.orderKey("k");
      queue.enqueue("behind", "first", key);
      queue.enqueue("behind", "second", key.delay(Duration.ofMillis(1)));
      queue.consume(
          "behind",
          ConsumeOptions.DEFAULT.backoff(Duration.ofHours(1), Duration.ofHours(1)),
          _ -> {
            tried.incrementAndGet();
            throw new IllegalStateException("not now");
          });
      await().atMost(PATIENCE).until(() -> tried.get() == 1);
      int before = executed.size();
      await().pollDelay(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> true);
      assertThat(executed.size() - before).isLessThan(40);
      assertThat(tried).hasValue(1);
    }
  }

  private long polls() {
    return executed.stream().filter(sql -> sql.contains("UNION ALL")).count();
  }

  private int lastClaim() {
    for (int i = executed.size() - 1; i >= 0; i--) {
      if (executed.get(i).contains("SKIP LOCKED") || executed.get(i).contains("run_at > 0 ")) {
        return i;
      }
    }
    return -1;
  }

  @Test
  @DisplayName("D.10 a data source of a database that is not known is refused")
  void unknownDatabase() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:unknown");
    DataSource oracle = pretending(DataSource.class, source);
    assertThatThrownBy(() -> MessageQueue.builder(oracle).open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Oracle is not known: SQLite, H2 and PostgreSQL are");
  }

  /** The same, noting each statement that is executed. */
  private <T> T counting(Class<T> type, Object real) {
    return proxy(
        type,
        (method, arguments) -> {
          Object result = method.invoke(real, arguments);
          return switch (result) {
            case PreparedStatement statement -> noting((String) arguments[0], statement);
            case Connection connection -> counting(Connection.class, connection);
            case null, default -> result;
          };
        });
  }

  private PreparedStatement noting(String sql, PreparedStatement real) {
    return proxy(
        PreparedStatement.class,
        (method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            executed.add(sql);
          }
          return method.invoke(real, arguments);
        });
  }

  private static <T> T pretending(Class<T> type, Object real) {
    return proxy(
        type,
        (method, arguments) -> {
          if (method.getName().equals("getDatabaseProductName")) {
            return "Oracle";
          }
          Object result = method.invoke(real, arguments);
          return switch (result) {
            case Connection connection -> pretending(Connection.class, connection);
            case DatabaseMetaData about -> pretending(DatabaseMetaData.class, about);
            case null, default -> result;
          };
        });
  }

  private interface Call {
    Object on(java.lang.reflect.Method method, Object[] arguments)
        throws ReflectiveOperationException;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            IdleTest.class.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              try {
                return call.on(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
