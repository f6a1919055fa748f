package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections that are lost in the moment of a commit. */
class LostAnswerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;
  private final AtomicBoolean lose = new AtomicBoolean();

  @Test
  @DisplayName("D.13 inserts of several whose commit was not heard of are not made once more")
  void insertsTogether() throws Exception {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:file:" + folder.resolve("lost"));
    DataSource losing =
        losing(
            source,
            (method, arguments, real) -> {
              Object result = method.invoke(real, arguments);
              if (method.getName().equals("commit")
                  && Thread.currentThread().getName().equals("inserts")
                  && lose.compareAndSet(true, false)) {
                throw new SQLException("lost after the commit", "08006");
              }
              return result;
            });
    var failed = new AtomicInteger();
    try (MessageQueue queue = MessageQueue.builder(losing).open()) {
      var busy = new CountDownLatch(1);
      var gate = new CountDownLatch(1);
      Thread first =
          Thread.ofPlatform()
              .start(() ->
                  queue.transaction(tx -> {
                    busy.countDown();
                    await().atMost(PATIENCE).until(() -> gate.getCount() == 0);
                    return null;
                  }));
      busy.await();
      lose.set(true);
      List<Thread> together =
          Stream.of("a", "b")
              .map(data ->
                  Thread.ofPlatform()
                      .name("inserts")
                      .start(() -> {
                        try {
                          queue.enqueue("lost", data);
                        } catch (QueueStoreException e) {
                          failed.incrementAndGet();
                        }
                      }))
              .toList();
      await()
          .atMost(PATIENCE)
          .until(() -> together.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
      gate.countDown();
      first.join();
      for (Thread one : together) {
        one.join();
      }
      long rows =
          queue.transaction(tx -> {
            try (var statement = tx.connection().createStatement();
                var result = statement.executeQuery("SELECT count(*) FROM MessageQueue")) {
              result.next();
              return result.getLong(1);
            }
          });
      assertThat(rows).isEqualTo(2);
      assertThat(failed).hasValue(2);
    }
  }

  @Test
  @DisplayName("D.17 what is kept of a day is made again when its first transaction failed")
  void firstOfTheDay() {
    String url = Postgres.freshSchema();
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    var once = new AtomicBoolean(true);
    DataSource losing =
        losing(
            source,
            (method, arguments, real) -> {
              if (method.getName().equals("prepareStatement")
                  && ((String) arguments[0]).startsWith("INSERT INTO message_done")
                  && once.compareAndSet(true, false)) {
                lose.set(true);
              }
              if (method.getName().equals("commit") && lose.compareAndSet(true, false)) {
                throw new SQLException("lost before the commit", "08006");
              }
              return method.invoke(real, arguments);
            });
    try (MessageQueue queue =
        MessageQueue.builder(losing)
            .notifications(false)
            .closePatience(Duration.ofSeconds(2))
            .keepDone(7)
            .open()) {
      queue.consume("kept", _ -> {});
      queue.enqueue("kept", "x");
      await()
          .atMost(PATIENCE)
          .until(() -> Engine.number(url, "SELECT count(*) FROM message_done") == 1);
    }
  }

  private interface Call {
    Object on(Method method, Object[] arguments, Object real)
        throws ReflectiveOperationException, SQLException;
  }

  private static DataSource losing(DataSource real, Call call) {
    return proxy(
        DataSource.class,
        real,
        (method, arguments, source) -> {
          Object result = method.invoke(source, arguments);
          return result instanceof Connection connection
              ? proxy(Connection.class, connection, call)
              : result;
        });
  }

  private static <T> T proxy(Class<T> type, Object real, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            LostAnswerTest.class.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              try {
                return call.on(method, arguments, real);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
