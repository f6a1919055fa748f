package dev.remuda.queue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** {@link Housekeeping} in a database. */
final class JdbcHousekeeping implements Housekeeping {
  /** Databases bound the parts of a statement: SQLite has 500 as the most. */
  private static final int MOST_PEEKED = 100;

  private final Link link;
  private final Dialect dialect;
  private final TableNames names;
  private final Insert insert;

  JdbcHousekeeping(Link link, Dialect dialect, TableNames names, Insert insert) {
    this.link = link;
    this.dialect = dialect;
    this.names = names;
    this.insert = insert;
  }

  /** Inserts a message. */
  @FunctionalInterface
  interface Insert {
    Enqueued into(Session session, NewMessage message) throws SQLException;
  }

  private String consumers() {
    return names.prefix() + "_consumer";
  }

  @Override
  public void register(ConsumerRow consumer) throws SQLException {
    link.transaction(session ->
        session.update(
            "INSERT INTO "
                + consumers()
                + " (id, heartbeat, started, name, host, addresses) VALUES (?, "
                + dialect.now()
                + ", "
                + dialect.now()
                + ", ?, ?, ?)",
            consumer.id(),
            consumer.name(),
            consumer.host(),
            consumer.addresses()));
  }

  @Override
  public boolean beat(long consumer, @Nullable String notify) throws SQLException {
    return link.transaction(session -> {
      String beat = "UPDATE " + consumers() + " SET heartbeat = " + dialect.now();
      if (notify == null) {
        return session.update(beat + " WHERE id = ?", consumer);
      }
      return session
          .list(
              row -> row.getLong(1),
              "WITH beat AS ("
                  + beat
                  + " WHERE id = ? RETURNING id) SELECT id, pg_notify(?, ?) FROM beat",
              consumer,
              PostgresChannel.name(names),
              notify)
          .size();
    })
        > 0;
  }

  @Override
  public void tell(String text) throws SQLException {
    if (dialect instanceof PostgresDialect) {
      link.transaction(session ->
          session.list(row -> true, "SELECT pg_notify(?, ?)", PostgresChannel.name(names), text));
    }
  }

  @Override
  public void leave(long consumer) throws SQLException {
    link.transaction(
        session -> session.update("DELETE FROM " + consumers() + " WHERE id = ?", consumer));
  }

  @Override
  public Peek peek(List<String> types, long me) throws SQLException {
    return link.transaction(session -> {
      Map<String, Long> due = new HashMap<>();
      boolean othersBusy = peek(session, first(types, 0), me, due);
      for (int from = MOST_PEEKED; from < types.size(); from += MOST_PEEKED) {
        othersBusy |= peek(session, first(types, from), me, due);
      }
      return new Peek(due, othersBusy);
    });
  }

  private static List<String> first(List<String> types, int from) {
    return types.subList(from, Math.min(types.size(), from + MOST_PEEKED));
  }

  /** Notes what is due of some types; whether other consumers have messages claimed. */
  private boolean peek(Session session, List<String> types, long me, Map<String, Long> due)
      throws SQLException {
    var sql = new StringJoiner(" UNION ALL ");
    var parameters = new ArrayList<Object>();
    for (int i = 0; i < types.size(); i++) {
      sql.add("SELECT " + i + ", (" + firstDue() + ")");
      parameters.add(types.get(i));
    }
    sql.add("SELECT -1, (SELECT MIN(1) FROM " + names.table() + " WHERE owner <> ?)");
    parameters.add(me);
    var othersBusy = new boolean[1];
    session.list(
        row -> {
          int index = row.getInt(1);
          long value = row.getLong(2);
          if (!row.wasNull() && index < 0) {
            othersBusy[0] = true;
          } else if (!row.wasNull()) {
            due.put(types.get(index), Math.max(0, value));
          }
          return index;
        },
        sql.toString(),
        parameters.toArray());
    return othersBusy[0];
  }

  private String firstDue() {
    return "SELECT CASE WHEN run_at = 0 THEN 0 ELSE run_at - "
        + dialect.now()
        + " END FROM "
        + names.table()
        + " WHERE type = ? AND owner IS NULL ORDER BY "
        + dialect.oldestFirst()
        + " LIMIT 1";
  }

  @Override
  public List<Busy> busyOthers(long me) throws SQLException {
    return link.transaction(session ->
        session.list(
            row -> new Busy(row.getLong(1), row.getString(2), row.getLong(3), row.getLong(4)),
            "SELECT id, name, heartbeat, "
                + dialect.now()
                + " - heartbeat FROM "
                + consumers()
                + " c WHERE id <> ? AND EXISTS (SELECT 1 FROM "
                + names.table()
                + " q WHERE q.owner = c.id)",
            me));
  }

  @Override
  public int rescue(Busy dead, String error) throws SQLException {
    return link.transaction(session -> {
      int gone =
          session.update(
              "DELETE FROM " + consumers() + " WHERE id = ? AND heartbeat = ?",
              dead.id(),
              dead.heartbeat());
      return gone == 0 ? 0 : release(session, "owner = ?", error, dead.id());
    });
  }

  @Override
  public int rescueOrphans(String error) throws SQLException {
    return link.transaction(session ->
        release(
            session,
            "owner IS NOT NULL AND owner NOT IN (SELECT id FROM " + consumers() + ")",
            error));
  }

  /**
   * The first time at once. After that a message may be what kills its consumers: those that were
   * claimed together are spread over a minute, so that it does not take the others with it again.
   */
  private int release(Session session, String which, String error, Object... parameters)
      throws SQLException {
    var all = new ArrayList<Object>();
    all.add(error);
    all.addAll(List.of(parameters));
    return session.update(
        "UPDATE "
            + names.table()
            + " SET owner = NULL, run_at = CASE WHEN attempt > 1 THEN "
            + dialect.now()
            + " + (id * 7919) % 60000 ELSE run_at END, last_error = ? WHERE "
            + which,
        all.toArray());
  }

  @Override
  public List<ConsumerRow> consumers(long within) throws SQLException {
    return link.transaction(session ->
        session.list(
            row ->
                new ConsumerRow(
                    row.getLong(1), row.getString(2), row.getString(3), row.getString(4)),
            "SELECT id, name, host, addresses FROM "
                + consumers()
                + " WHERE heartbeat > "
                + dialect.now()
                + " - ? ORDER BY started LIMIT 1000",
            within));
  }

  @Override
  public void add(long consumer, List<Count> counts) throws SQLException {
    link.transaction(session -> {
      for (Count count : counts) {
        session.update(
            dialect.addCounts(names),
            count.type(),
            count.minute(),
            consumer,
            count.done(),
            count.failed(),
            count.dead());
      }
      return counts.size();
    });
  }

  @Override
  public void prune(long consumersOlderThan, long countsOlderThan) throws SQLException {
    link.transaction(session -> {
      long now = clock(session);
      session.update(
          "DELETE FROM "
              + consumers()
              + " WHERE heartbeat < ? AND NOT EXISTS (SELECT 1 FROM "
              + names.table()
              + " q WHERE q.owner = "
              + consumers()
              + ".id)",
          now - consumersOlderThan);
      session.update(
          "DELETE FROM " + names.prefix() + "_count WHERE at_minute < ?",
          (now - countsOlderThan) / 60_000);
      dialect.dropDone(session, names, now / 86_400_000);
      return now;
    });
  }

  @Override
  public long now() throws SQLException {
    return link.transaction(this::clock);
  }

  private long clock(Session session) throws SQLException {
    return Objects.requireNonNull(session.number("SELECT " + dialect.now()));
  }

  @Override
  public long schedule(String name, String schedule, long nextRun) throws SQLException {
    String table = names.prefix() + "_cron";
    return link.transaction(session -> {
      session.update("DELETE FROM " + table + " WHERE name = ? AND schedule <> ?", name, schedule);
      Long known = session.number("SELECT next_run FROM " + table + " WHERE name = ?", name);
      if (known != null) {
        return known;
      }
      session.update(
          "INSERT INTO " + table + " (name, schedule, next_run) VALUES (?, ?, ?)",
          name,
          schedule,
          nextRun);
      return nextRun;
    });
  }

  @Override
  public void reschedule(String name, long run, long nextRun) throws SQLException {
    link.transaction(session -> move(session, name, run, nextRun));
  }

  private int move(Session session, String name, long run, long nextRun) throws SQLException {
    return session.update(
        "UPDATE " + names.prefix() + "_cron SET next_run = ? WHERE name = ? AND next_run = ?",
        nextRun,
        name,
        run);
  }

  @Override
  public boolean fire(String name, long run, long nextRun, NewMessage message) throws SQLException {
    return link.transaction(session -> {
      int moved = move(session, name, run, nextRun);
      if (moved > 0) {
        insert.into(session, message);
      }
      return moved > 0;
    });
  }
}
