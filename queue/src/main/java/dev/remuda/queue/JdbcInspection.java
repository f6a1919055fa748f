package dev.remuda.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@link Inspection} in a database: everything is counted up to a limit, along an index. */
final class JdbcInspection implements Inspection {
  private static final int MOST_TYPES = 1_000;
  private static final int WHOLE = 1 << 30;

  private final Link link;
  private final Dialect dialect;
  private final TableNames names;

  JdbcInspection(Link link, Dialect dialect, TableNames names) {
    this.link = link;
    this.dialect = dialect;
    this.names = names;
  }

  @Override
  public List<TypeState> states() throws SQLException {
    return link.transaction(session -> {
      var types = new TreeSet<String>();
      collectTypes(session, names.table() + " WHERE owner IS NULL AND", types);
      collectTypes(session, names.prefix() + "_dead WHERE", types);
      types.addAll(runningTypes(session));
      var states = new ArrayList<TypeState>();
      for (String type : types) {
        states.add(state(session, type));
      }
      return states;
    });
  }

  /** From each type to the next by the index, however many messages either has. */
  private void collectTypes(Session session, String from, Set<String> types) throws SQLException {
    String last = "";
    for (int i = 0; i < MOST_TYPES; i++) {
      List<String> next =
          session.list(
              row -> row.getString(1),
              "SELECT type FROM " + from + " type > ? ORDER BY type LIMIT 1",
              last);
      if (next.isEmpty()) {
        return;
      }
      last = next.getFirst();
      types.add(last);
    }
  }

  private List<String> runningTypes(Session session) throws SQLException {
    return session.list(
        row -> row.getString(1),
        "SELECT DISTINCT type FROM (SELECT type FROM "
            + names.table()
            + " WHERE owner IS NOT NULL LIMIT 1000) AS running");
  }

  private TypeState state(Session session, String type) throws SQLException {
    String now = dialect.now();
    int ready = count(session, "owner IS NULL AND run_at <= " + now, type);
    int running = count(session, "owner IS NOT NULL", type);
    int scheduled = count(session, "owner IS NULL AND run_at > " + now + " AND attempt = 0", type);
    int retrying = count(session, "owner IS NULL AND run_at > " + now + " AND attempt > 0", type);
    int dead = bounded(session, names.prefix() + "_dead WHERE type = ?", type);
    return new TypeState(
        type, ready, running, scheduled, retrying, dead, oldest(session, type, ready));
  }

  private int count(Session session, String which, String type) throws SQLException {
    return bounded(session, names.table() + " WHERE type = ? AND " + which, type);
  }

  private int bounded(Session session, String from, String type) throws SQLException {
    Long count =
        session.number(
            "SELECT count(*) FROM (SELECT 1 FROM " + from + " LIMIT " + COUNTED + ") AS first",
            type);
    return Objects.requireNonNull(count).intValue();
  }

  private Duration oldest(Session session, String type, int ready) throws SQLException {
    if (ready == 0) {
      return Duration.ZERO;
    }
    Long millis =
        session.number(
            "SELECT "
                + dialect.now()
                + " - CASE WHEN run_at = 0 THEN "
                + dialect.millisOf("date_inserted")
                + " ELSE run_at END FROM "
                + names.table()
                + " WHERE type = ? AND owner IS NULL ORDER BY "
                + dialect.oldestFirst()
                + " LIMIT 1",
            type);
    return Duration.ofMillis(millis == null ? 0 : Math.max(0, millis));
  }

  @Override
  public List<Housekeeping.Count> counts(long sinceMinute) throws SQLException {
    return link.transaction(session ->
        session.list(
            row ->
                new Housekeeping.Count(
                    row.getString(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5)),
            "SELECT type, at_minute, SUM(done), SUM(failed), SUM(dead) FROM "
                + names.prefix()
                + "_count WHERE at_minute >= ? GROUP BY type, at_minute ORDER BY type,"
                + " at_minute LIMIT 100000",
            sinceMinute));
  }

  @Override
  public List<DeadMessage> dead(@Nullable String type, int limit, long below) throws SQLException {
    String page = deadColumns(DeadMessage.SHOWN) + " WHERE id < ?";
    String newest = " ORDER BY id DESC LIMIT ?";
    return link.transaction(session ->
        type == null
            ? session.list(JdbcInspection::deadMessage, page + newest, below, limit)
            : session.list(
                JdbcInspection::deadMessage, page + " AND type = ?" + newest, below, type, limit));
  }

  @Override
  public Optional<DeadMessage> dead(long id) throws SQLException {
    return link
        .transaction(session ->
            session.list(JdbcInspection::deadMessage, deadColumns(WHOLE) + " WHERE id = ?", id))
        .stream()
        .findFirst();
  }

  /** Cut by the database: what is not shown is not read. */
  private String deadColumns(int longest) {
    return "SELECT id, message_id, type, substr(data, 1, "
        + longest
        + "), length(data), attempt, inserted_at, died_at, substr(last_error, 1, "
        + longest
        + ") FROM "
        + names.prefix()
        + "_dead";
  }

  private static DeadMessage deadMessage(ResultSet row) throws SQLException {
    return new DeadMessage(
        row.getLong(1),
        row.getLong(2),
        row.getString(3),
        Texts.wellFormed(Objects.requireNonNullElse(row.getString(4), "")),
        row.getLong(5),
        row.getInt(6),
        Instant.ofEpochMilli(row.getLong(7)),
        Instant.ofEpochMilli(row.getLong(8)),
        Texts.wellFormed(row.getString(9)));
  }

  @Override
  public Optional<String> retryDead(long id) throws SQLException {
    return link.transaction(session -> revive(session, id));
  }

  /** Its unique key may be in use again: then it goes back without one. */
  private Optional<String> revive(Session session, long id) throws SQLException {
    // Locks the row: who comes second finds none.
    String dead = names.prefix() + "_dead";
    if (session.update("UPDATE " + dead + " SET died_at = died_at WHERE id = ?", id) == 0) {
      return Optional.empty();
    }
    NewMessage message =
        session
            .list(
                row -> new NewMessage(row.getString(1), "", 0, 0, null, row.getString(2)),
                "SELECT type, order_key FROM " + dead + " WHERE id = ?",
                id)
            .getFirst();
    if (message.orderKey() != null) {
      dialect.lockOrder(session, names, message);
    }
    String taken =
        "EXISTS (SELECT 1 FROM "
            + names.table()
            + " q WHERE q.type = d.type AND q.unique_key = d.unique_key)";
    session.update(
        "INSERT INTO "
            + names.table()
            + " (date_inserted, type, data, unique_key, order_key, last_error) SELECT "
            + dialect.date()
            + ", type, COALESCE(data, ''), CASE WHEN "
            + taken
            + " THEN NULL ELSE unique_key END, order_key, last_error FROM "
            + names.prefix()
            + "_dead d WHERE id = ?",
        id);
    remove(session, id);
    return Optional.of(message.type());
  }

  private boolean remove(Session session, long id) throws SQLException {
    return session.update("DELETE FROM " + names.prefix() + "_dead WHERE id = ?", id) > 0;
  }

  @Override
  public List<String> retryDead(@Nullable String type, int limit) throws SQLException {
    return link.transaction(session -> {
      String select = "SELECT id FROM " + names.prefix() + "_dead";
      List<Long> ids =
          type == null
              ? session.list(row -> row.getLong(1), select + " ORDER BY id LIMIT ?", limit)
              : session.list(
                  row -> row.getLong(1),
                  select + " WHERE type = ? ORDER BY id LIMIT ?",
                  type,
                  limit);
      var types = new ArrayList<String>();
      for (long id : ids) {
        revive(session, id).ifPresent(types::add);
      }
      return types;
    });
  }

  @Override
  public boolean deleteDead(long id) throws SQLException {
    return link.transaction(session -> remove(session, id));
  }
}
