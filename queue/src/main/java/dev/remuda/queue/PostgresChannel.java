package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.function.Consumer;

/**
 * Listens to PostgreSQL's notifications on a connection of its own, which is made again when it
 * fails, and when what was sent on purpose to be heard is not.
 */
final class PostgresChannel implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PostgresChannel.class.getName());
  private static final int WAIT_MILLIS = 500;
  private static final long FIRST_RETRY_NANOS = 100_000_000;
  private static final long LONGEST_RETRY_NANOS = 5_000_000_000L;

  private final Database database;
  private final String channel;
  private final Consumer<KickMessage> onMessage;
  private final Runnable onConnected;
  private final Signal wake = new Signal();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean suspect;
  private long retryNanos = FIRST_RETRY_NANOS;

  PostgresChannel(
      Database database, TableNames names, Consumer<KickMessage> onMessage, Runnable onConnected) {
    this.database = database;
    this.channel = name(names);
    this.onMessage = onMessage;
    this.onConnected = onConnected;
    this.thread = Thread.ofPlatform().daemon(true).name("remuda-queue-listen").start(this::run);
  }

  static String name(TableNames names) {
    return "remuda_" + names.prefix();
  }

  /** What should have been heard was not: the connection may be dead without saying so. */
  void suspect() {
    suspect = true;
  }

  private void run() {
    while (!closed) {
      try {
        listen();
      } catch (SQLException | RuntimeException e) {
        LOG.log(Level.INFO, "listening to {0} ended, trying again: {1}", channel, e);
      }
      if (!closed) {
        wake.await(retryNanos);
        retryNanos = Math.min(retryNanos * 2, LONGEST_RETRY_NANOS);
      }
    }
  }

  private void listen() throws SQLException {
    Session session = new Session(database.connect());
    try {
      session.execute("LISTEN " + channel);
      suspect = false;
      retryNanos = FIRST_RETRY_NANOS;
      onConnected.run();
      PostgresEar ear = PostgresEar.of(session.connection());
      while (!closed && !suspect) {
        ear.hear(WAIT_MILLIS).forEach(text -> KickMessage.parse(text).ifPresent(onMessage));
      }
    } finally {
      stop(session);
    }
  }

  /** What may be dead is not spoken to: the answer could take the network a quarter of an hour. */
  private void stop(Session session) throws SQLException {
    if (suspect) {
      session.connection().abort(Runnable::run);
      return;
    }
    try {
      if (!session.connection().isClosed()) {
        session.execute("UNLISTEN *");
      }
    } finally {
      database.release(session);
    }
  }

  @Override
  public void close() {
    closed = true;
    wake.give();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
