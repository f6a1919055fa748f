package dev.remuda.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** A queue's tables, reached by one link. */
final class JdbcStore implements MessageStore {
  private static final int FIND_DUPLICATE_TRIES = 100;
  private static final Comparator<ClaimedRow> OLDEST_FIRST =
      Comparator.comparing(ClaimedRow::immediate).thenComparingLong(ClaimedRow::id);

  /**
   * What no index answers, so that rows are found by their numbers: PostgreSQL would read the
   * entries of all that the owner ever had, as long as an old transaction is open.
   */
  private static final String OWNED = "(owner = ?) IS TRUE";

  private static final long MILLIS_PER_DAY = 86_400_000;
  private static final long NONE = -1;

  private final Link link;
  private final boolean ownLink;
  private final Database database;
  private final TableNames names;
  private final int keepDone;
  private final Dialect dialect;
  private long preparedDay = NONE;

  /**
   * @param ownLink whether closing this closes the link
   * @param keepDone for how many days finished messages are kept; 0 for not at all
   */
  JdbcStore(Link link, boolean ownLink, Database database, TableNames names, int keepDone) {
    this.link = link;
    this.ownLink = ownLink;
    this.database = database;
    this.names = names;
    this.keepDone = keepDone;
    this.dialect = database.dialect();
  }

  @Override
  public long prepare(boolean create) throws SQLException {
    return new Schema(database, names, database.readOnly()).prepare(link, create);
  }

  @Override
  public List<Enqueued> enqueue(List<NewMessage> messages) throws SQLException {
    return link.transaction(session -> {
      var inserted = new ArrayList<Enqueued>(messages.size());
      for (NewMessage message : messages) {
        inserted.add(insert(session, message));
      }
      return inserted;
    });
  }

  @Override
  public Enqueued enqueue(Connection connection, NewMessage message) throws SQLException {
    try (Session session = new Session(connection)) {
      return insert(session, message);
    }
  }

  private Enqueued insert(Session session, NewMessage message) throws SQLException {
    if (message.orderKey() != null) {
      dialect.lockOrder(session, names, message);
    }
    // The one that was in the way may be gone when it is looked for.
    for (int i = 0; i < FIND_DUPLICATE_TRIES; i++) {
      Long id = dialect.insert(session, names, message);
      if (id != null) {
        return new Enqueued(id, true);
      }
      Long other =
          session.number(
              "SELECT id FROM " + names.table() + " WHERE type = ? AND unique_key = ?",
              message.type(),
              message.uniqueKey());
      if (other != null) {
        return new Enqueued(other, false);
      }
    }
    throw new SQLException(
        "unique key " + message.uniqueKey() + " is taken by a message that cannot be seen",
        "40001");
  }

  @Override
  public <T, X extends Exception> T transaction(ConnectionWork<T, X> work) throws SQLException, X {
    return link.<T, X>transaction(session -> work.run(session.connection()));
  }

  @Override
  public Turn turn(long owner, Settlement settlement, List<ClaimRequest> requests)
      throws SQLException {
    boolean committed = false;
    try {
      Turn turn = link.transaction(session -> turn(session, owner, settlement, requests));
      committed = true;
      return turn;
    } finally {
      if (!committed) {
        preparedDay = NONE;
      }
    }
  }

  private Turn turn(Session session, long owner, Settlement settlement, List<ClaimRequest> requests)
      throws SQLException {
    int settled = settle(session, owner, settlement);
    var claimed = new ArrayList<ClaimedRow>();
    for (ClaimRequest request : requests) {
      int rest = request.limit() - claimed.size();
      if (rest > 0) {
        claimed.addAll(dialect.claim(session, names, owner, request.withLimit(rest)));
      }
    }
    claimed.sort(OLDEST_FIRST);
    return new Turn(settled, claimed);
  }

  private int settle(Session session, long owner, Settlement settlement) throws SQLException {
    int settled = 0;
    if (!settlement.done().isEmpty()) {
      if (keepDone > 0) {
        keep(session, owner, settlement.done());
      }
      settled += byIds(session, "DELETE FROM " + names.table(), owner, settlement.done());
    }
    if (!settlement.returned().isEmpty()) {
      String release = "UPDATE " + names.table() + " SET owner = NULL, attempt = attempt - 1";
      settled += byIds(session, release, owner, settlement.returned());
    }
    for (Settlement.Failed failed : settlement.failed()) {
      settled +=
          session.update(
              "UPDATE "
                  + names.table()
                  + " SET owner = NULL, run_at = "
                  + dialect.now()
                  + " + ?, backoff = ?, last_error = ? WHERE id = ? AND "
                  + OWNED,
              failed.delay(),
              failed.delay(),
              failed.error(),
              failed.id(),
              owner);
    }
    for (Settlement.Dead dead : settlement.dead()) {
      settled += bury(session, owner, dead);
    }
    return settled;
  }

  private int byIds(Session session, String what, long owner, List<Long> ids) throws SQLException {
    PreparedStatement statement =
        session.with(what + " WHERE " + OWNED + " AND " + dialect.isOneOf("id"), owner);
    dialect.bindIds(statement, 2, ids);
    return statement.executeUpdate();
  }

  private int bury(Session session, long owner, Settlement.Dead dead) throws SQLException {
    int moved =
        session.update(
            "INSERT INTO "
                + names.prefix()
                + "_dead (message_id, inserted_at, died_at, type, data, attempt, unique_key,"
                + " order_key, last_error) SELECT id, COALESCE("
                + dialect.millisOf("date_inserted")
                + ", 0), "
                + dialect.now()
                + ", type, data, attempt, unique_key, order_key, ? FROM "
                + names.table()
                + " WHERE id = ? AND "
                + OWNED,
            dead.error(),
            dead.id(),
            owner);
    return moved == 0
        ? 0
        : session.update(
            "DELETE FROM " + names.table() + " WHERE id = ? AND " + OWNED, dead.id(), owner);
  }

  private void keep(Session session, long owner, List<Long> done) throws SQLException {
    long now = Objects.requireNonNull(session.number("SELECT " + dialect.now()));
    long day = now / MILLIS_PER_DAY + keepDone;
    if (day != preparedDay) {
      dialect.prepareDone(session, names, day);
      preparedDay = day;
    }
    PreparedStatement copy =
        session.with(
            "INSERT INTO "
                + names.prefix()
                + "_done (last_day, message_id, inserted_at, done_at, type, data, attempt) SELECT "
                + "CAST(? AS INTEGER), id, COALESCE("
                + dialect.millisOf("date_inserted")
                + ", 0), CAST(? AS BIGINT), type, data, attempt FROM "
                + names.table()
                + " WHERE "
                + OWNED
                + " AND "
                + dialect.isOneOf("id"),
            day,
            now,
            owner);
    dialect.bindIds(copy, 4, done);
    copy.executeUpdate();
  }

  @Override
  public OptionalLong nextDue(String type) throws SQLException {
    return link.transaction(session -> {
      Long due = session.number(dueIn(), type);
      return due == null ? OptionalLong.empty() : OptionalLong.of(Math.max(0, due));
    });
  }

  /** What waits behind its order key is passed over: its time is not what it waits for. */
  private String dueIn() {
    return "SELECT m.run_at - "
        + dialect.now()
        + " FROM "
        + names.table()
        + " m WHERE m.type = ? AND m.owner IS NULL AND m.run_at > 0 AND "
        + dialect.firstOfItsKey(names)
        + " ORDER BY "
        + dialect.oldestFirst()
        + " LIMIT 1";
  }

  @Override
  public int releaseUnknown(long owner, String type, List<Long> known) throws SQLException {
    return link.transaction(session -> {
      PreparedStatement release =
          session.with(
              "UPDATE "
                  + names.table()
                  + " SET owner = NULL, attempt = attempt - 1 WHERE owner = ? AND type = ? AND"
                  + " NOT ("
                  + dialect.isOneOf("id")
                  + ")",
              owner,
              type);
      dialect.bindIds(release, 3, known);
      return release.executeUpdate();
    });
  }

  @Override
  public Housekeeping housekeeping() {
    return new JdbcHousekeeping(link, dialect, names, this::insert);
  }

  @Override
  public Inspection inspection() {
    return new JdbcInspection(link, dialect, names);
  }

  @Override
  public void close() {
    if (ownLink) {
      link.close();
    }
  }
}
