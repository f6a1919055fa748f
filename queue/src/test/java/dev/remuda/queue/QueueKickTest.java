package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Array;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How consumers are told that there is something. */
@Execution(ExecutionMode.CONCURRENT)
class QueueKickTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration NEVER = Duration.ofHours(20);

  @TempDir Path folder;

  /** Found by its kick, or not at all. */
  private static MessageQueue.Builder neverPolls(String url) {
    return MessageQueue.builder(url).poll(NEVER);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.15 a message of another process's queue is found by its datagram alone")
  void byDatagram(Engine engine) {
    String url = engine.url(folder);
    var seen = new AtomicInteger();
    try (MessageQueue consumer = neverPolls(url).notifications(false).open();
        MessageQueue producer = neverPolls(url).open()) {
      consumer.consume("kick", _ -> seen.incrementAndGet());
      await().atMost(PATIENCE).until(() -> consumer.snapshot().kicks() == KickState.HEARD);
      for (int i = 1; i <= 20; i++) {
        int expected = i;
        producer.enqueue("kick", "x");
        await().atMost(PATIENCE).until(() -> seen.get() == expected);
      }
      assertThat(consumer.snapshot().kicksReceived()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  @DisplayName("D.15 datagrams come by IPv4 and by IPv6")
  void bothFamilies(String address) throws Exception {
    String url = Engine.SQLITE.url(folder);
    var seen = new AtomicInteger();
    try (MessageQueue consumer = neverPolls(url).kicksOn(InetAddress.ofLiteral(address)).open();
        MessageQueue producer = neverPolls(url).open()) {
      consumer.consume("kick", _ -> seen.incrementAndGet());
      producer.enqueue("kick", "x");
      await().atMost(PATIENCE).until(() -> seen.get() == 1);
      assertThat(Engine.text(url, "SELECT addresses FROM message_consumer"))
          .startsWith(InetAddress.ofLiteral(address).getHostAddress() + "|");
    }
  }

  @Test
  @DisplayName("D.15 without datagrams PostgreSQL's notifications do, on a connection made again")
  void byNotification() throws Exception {
    String url = Postgres.freshDatabase();
    var seen = new AtomicInteger();
    try (MessageQueue consumer = neverPolls(url).kicksOn().open();
        MessageQueue producer = neverPolls(url).kicksOn().open()) {
      consumer.consume("kick", _ -> seen.incrementAndGet());
      await().atMost(PATIENCE).until(() -> consumer.snapshot().kicks() == KickState.HEARD);
      producer.enqueue("kick", "x");
      await().atMost(PATIENCE).until(() -> seen.get() == 1);

      try (var admin = Postgres.admin();
          var statement = admin.createStatement()) {
        statement.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN"
                + " remuda%' AND datname = '"
                + Engine.text(url, "SELECT current_database()")
                + "'");
      }
      String listening =
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE"
              + " 'LISTEN remuda%'";
      await().atMost(PATIENCE).until(() -> Engine.number(url, listening) == 1);
      producer.enqueue("kick", "y");
      await().atMost(PATIENCE).until(() -> seen.get() == 2);
    }
  }

  @Test
  @DisplayName("D.15 no notification is sent by a transaction of the user's, whose commit it slows")
  void outsideBusinessTransactions() throws Exception {
    String url = Postgres.freshDatabase();
    Set<String> seen = ConcurrentHashMap.newKeySet();
    Set<Long> business = new HashSet<>();
    try (MessageQueue consumer = neverPolls(url).kicksOn().open();
        MessageQueue producer = neverPolls(url).kicksOn().open();
        Connection ear = DriverManager.getConnection(url);
        Connection own = DriverManager.getConnection(url)) {
      consumer.consume("kick", message -> seen.add(message.data()));
      await().atMost(PATIENCE).until(() -> consumer.snapshot().kicks() == KickState.HEARD);
      execute(ear, "LISTEN remuda_message");
      business.add(backend(own));
      producer.transaction(tx -> {
        business.add(backend(tx.connection()));
        return tx.enqueue("kick", "the queue's transaction");
      });
      own.setAutoCommit(false);
      PendingKick kick = producer.enqueue(own, "kick", "my transaction", EnqueueOptions.NONE);
      own.commit();
      kick.fire();
      producer.enqueue("kick", "no transaction");

      var kickers = new ArrayList<Long>();
      await()
          .atMost(PATIENCE)
          .until(() -> {
            kickers.addAll(kickers(ear));
            return seen.size() == 3 && !kickers.isEmpty();
          });
      assertThat(kickers).doesNotContainAnyElementsOf(business);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
      pid.next();
      return pid.getLong(1);
    }
  }

  /**
   * The backends that have sent a kick since; the driver's types by reflection, as in the queue.
   */
  private static List<Long> kickers(Connection ear) throws Exception {
    var senders = new ArrayList<Long>();
    Object heard = ear.getClass().getMethod("getNotifications", int.class).invoke(ear, 10);
    Class<?> notification = Class.forName("org.postgresql.PGNotification");
    for (int i = 0; heard != null && i < Array.getLength(heard); i++) {
      Object one = Array.get(heard, i);
      if (String.valueOf(notification.getMethod("getParameter").invoke(one)).startsWith("KICK")) {
        senders.add(((Number) notification.getMethod("getPID").invoke(one)).longValue());
      }
    }
    return senders;
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.16 after a full batch the next is fetched at once: one kick is enough for all")
  void fullBatches(Engine engine) throws Exception {
    String url = engine.url(folder);
    var seen = new AtomicInteger();
    try (MessageQueue queue = neverPolls(url).kicksOn().notifications(false).open()) {
      queue.consume("batch", ConsumeOptions.DEFAULT.batch(2), _ -> seen.incrementAndGet());
      queue.enqueue("batch", "the first, after which nothing is left");
      await()
          .atMost(PATIENCE)
          .until(() ->
              seen.get() == 1 && Engine.number(url, "SELECT count(*) FROM MessageQueue") == 0);
      String insert = "INSERT INTO MessageQueue (type, data) VALUES ('batch', 'x')";
      Engine.sql(url, Collections.nCopies(100, insert).toArray(String[]::new));
      queue.enqueue("batch", "the only one that kicks");
      await().atMost(PATIENCE).until(() -> seen.get() == 102);
    }
  }

  @Test
  @DisplayName("D.15 where kicks do not arrive the queue says so and polls every second")
  void degraded() {
    String url = Engine.SQLITE.url(folder);
    // 192.0.2.1 is nobody's address: nothing can be bound there, so nothing is heard.
    try (MessageQueue queue = neverPolls(url).kicksOn(InetAddress.ofLiteral("192.0.2.1")).open()) {
      var seen = new AtomicInteger();
      queue.consume("slow", _ -> seen.incrementAndGet());
      await().atMost(PATIENCE).until(() -> queue.snapshot().degraded());
      assertThat(queue.snapshot().pollEvery()).isEqualTo(Duration.ofSeconds(1));
      try {
        Engine.sql(url, "INSERT INTO MessageQueue (type, data) VALUES ('slow', 'x')");
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
      await().atMost(PATIENCE).until(() -> seen.get() == 1);
    }
  }

  @Test
  @DisplayName("D.15 a flood of kicks, forged ones too, costs at most 1,000 looks a second")
  void flood() throws Exception {
    var kicks = new AtomicInteger();
    var last = new AtomicLong();
    try (KickReceiver receiver =
            new KickReceiver(
                7,
                Loopback.ADDRESSES,
                type -> {
                  kicks.incrementAndGet();
                  last.set(type);
                },
                _ -> {});
        DatagramSocket socket = new DatagramSocket()) {
      InetSocketAddress to = receiver.addresses().getFirst();
      byte[] right = bytes(7, 42);
      byte[] other = bytes(8, 42);
      long start = System.nanoTime();
      var random = new Random(1);
      for (int i = 0; i < 20_000; i++) {
        byte[] junk = new byte[random.nextInt(70)];
        random.nextBytes(junk);
        socket.send(new DatagramPacket(right, right.length, to));
        byte[] wrong = i % 2 == 0 ? junk : other;
        socket.send(new DatagramPacket(wrong, wrong.length, to));
      }
      await().atMost(PATIENCE).until(() -> last.get() == 43 || resend(socket, to));
      double millis = (System.nanoTime() - start) / 1e6;
      // Within each millisecond one pass, of at most two types here.
      assertThat(kicks.get()).isPositive().isLessThanOrEqualTo((int) millis + 3);
      assertThat(receiver.received()).isPositive();
      assertThat(receiver.refused()).isPositive();
    }
  }

  private static byte[] bytes(long queue, long type) {
    ByteBuffer datagram = new KickMessage(KickMessage.Kind.KICK, queue, type).encode();
    byte[] bytes = new byte[datagram.remaining()];
    datagram.get(bytes);
    return bytes;
  }

  /** The kernel may have dropped it. */
  private static boolean resend(DatagramSocket socket, InetSocketAddress to) throws Exception {
    byte[] kick = bytes(7, 43);
    socket.send(new DatagramPacket(kick, kick.length, to));
    return false;
  }

  @Test
  @DisplayName("D.15 a kick has at most 64 bytes, and what is none is none")
  void wire() {
    KickMessage kick =
        new KickMessage(KickMessage.Kind.KICK, -5, KickMessage.hash("a type".repeat(30)));
    assertThat(kick.encode().remaining()).isLessThanOrEqualTo(64);
    assertThat(KickMessage.decode(kick.encode())).contains(kick);
    assertThat(KickMessage.parse(kick.text())).contains(kick);
    for (String text : List.of("", "KICK", "KICK 1 2 3", "KICK x y", "NO 1 2", "KICK 1")) {
      assertThat(KickMessage.parse(text)).as(text).isEmpty();
    }
    for (int length = 0; length < 70; length++) {
      assertThat(KickMessage.decode(ByteBuffer.allocate(length))).isEmpty();
    }
    byte[] kind = bytes(7, 42);
    kind[4] = 2;
    assertThat(KickMessage.decode(ByteBuffer.wrap(kind))).isEmpty();
  }

  @Test
  @DisplayName("D.15 an address that another program wrote into the table is checked, not trusted")
  void forgedAddresses() throws Exception {
    String url = Engine.SQLITE.url(folder);
    try (MessageQueue queue = MessageQueue.open(url)) {
      Engine.sql(
          url,
          "INSERT INTO message_consumer (id, heartbeat, started, name, host, addresses) VALUES (1,"
              + " 9999999999999, 0, 'x', 'y', 'example.com|53 127.0.0.1|99999 255.1|x | ||"
              + " 224.0.0.1|7 127.0.0.1|7')");
      assertThat(queue.enqueue("t", "d").inserted()).isTrue();
      assertThat(queue.snapshot().consumers()).containsExactly("x");
    }
  }
}
