package dev.remuda.daemon;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hears NOTIFY on a connection of its own, on a virtual thread. A connection that is lost is made
 * again, after growing pauses; one that has died silently is found out by asking it now and then.
 */
final class PostgresListener implements ActiveKick {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");

  /** For how long it listens before it asks whether the connection lives. */
  private static final int LISTEN_MILLIS = 10_000;

  /** How long the database may take to answer. */
  private static final int ANSWER_MILLIS = 10_000;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final PostgresKick kick;
  private final KickTarget target;
  private final AtomicReference<@Nullable Connection> open = new AtomicReference<>();
  private final Thread thread;
  private volatile String state = "connecting";
  private volatile boolean degraded = true;
  private volatile boolean closed;

  private PostgresListener(PostgresKick kick, KickTarget target) {
    this.kick = kick;
    this.target = target;
    thread =
        Thread.ofVirtual().name("remuda-kick-" + kick.channel()).unstarted(this::listenForEver);
  }

  /** The database need not be there yet. */
  static PostgresListener start(PostgresKick kick, KickTarget target) {
    var listener = new PostgresListener(kick, target);
    listener.thread.start();
    return listener;
  }

  private void listenForEver() {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      long began = System.nanoTime();
      try {
        listen();
      } catch (SQLException | RuntimeException e) {
        lost(e);
      }
      boolean lasted = System.nanoTime() - began > LONGEST_PAUSE.toNanos();
      pause = lasted ? FIRST_PAUSE : next(pause);
      if (!closed && !rested(pause)) {
        return;
      }
    }
  }

  private void lost(Exception e) {
    if (closed) {
      return;
    }
    boolean news = !degraded || state.equals("connecting");
    degraded = true;
    state = "connecting again after: " + e.getMessage();
    if (news) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: no kicks until the connection is made again; polling goes on ({1})",
          kick,
          e.getMessage());
    }
  }

  private static Duration next(Duration pause) {
    long longest = Math.min(LONGEST_PAUSE.toMillis(), pause.toMillis() * 3);
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextLong(FIRST_PAUSE.toMillis(), longest + 1));
  }

  private static boolean rested(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException e) {
      return false; // it is being closed
    }
  }

  private void listen() throws SQLException {
    try (Connection connection = kick.origin().connect()) {
      open.set(connection);
      if (closed) {
        return;
      }
      connection.setAutoCommit(true);
      connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
      execute(connection, "LISTEN \"" + kick.channel().replace("\"", "\"\"") + "\"");
      boolean again = degraded && !state.equals("connecting");
      degraded = false;
      state = "listening";
      if (again) {
        LOG.log(System.Logger.Level.INFO, "{0}: listening again", kick);
      }
      target.kicked(1); // for what was missed before
      hear(connection);
    } finally {
      open.set(null);
    }
  }

  private void hear(Connection connection) throws SQLException {
    while (!closed) {
      int heard = PostgresDriver.awaitNotifications(connection, LISTEN_MILLIS);
      if (heard > 0) {
        target.kicked(heard);
      } else {
        execute(connection, "SELECT 1");
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public String state() {
    return state;
  }

  @Override
  public boolean degraded() {
    return degraded;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    Connection connection = open.get();
    if (connection != null) {
      try {
        connection.abort(Runnable::run); // the thread that listens holds the driver's lock
      } catch (SQLException e) {
        LOG.log(System.Logger.Level.DEBUG, "a connection could not be ended", e);
      }
    }
  }
}
