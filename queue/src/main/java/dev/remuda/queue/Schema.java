package dev.remuda.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Makes and upgrades a queue's tables by the numbered files of its dialect. */
final class Schema {
  static final int VERSION = 2;

  private final Database database;
  private final TableNames names;
  private final boolean looks;

  /**
   * @param looks whether whoever asks is not one to make what is missing
   */
  Schema(Database database, TableNames names, boolean looks) {
    this.database = database;
    this.names = names;
    this.looks = looks;
  }

  /** Makes what is to be made; the number of the queue. */
  long prepare(Link link, boolean create) throws SQLException {
    OptionalLong ready = link.transaction(this::usable);
    if (ready.isPresent()) {
      return ready.getAsLong();
    }
    refuseReservedName(link);
    return link.<Long, SQLException>transaction(session -> {
      if (!create) {
        throw refused(session);
      }
      database.dialect().locked(database, session, names, () -> apply(session));
      return usable(session).orElseThrow();
    });
  }

  /** The database itself is asked: which words are reserved depends on its version. */
  private void refuseReservedName(Link link) {
    try {
      link.transaction(session -> {
        session.execute("EXPLAIN DELETE FROM " + names.table() + " WHERE 1 = 0");
        return true;
      });
    } catch (SQLException e) {
      // Where the table is missing, it says so.
      if (database.dialect().isSyntaxError(e)) {
        throw new QueueSchemaException(
            "table cannot be named "
                + names.table()
                + ": that is a reserved word of "
                + database.dialect().name()
                + ", which plain SQL could not insert into",
            "");
      }
    }
  }

  /** The number of the queue; empty where something is to be made. */
  private OptionalLong usable(Session session) throws SQLException {
    int found = version(session);
    if (found > VERSION) {
      throw new QueueSchemaException(
          "table "
              + names.table()
              + " has schema version "
              + found
              + ", made by a newer Remuda; this one knows "
              + VERSION,
          "");
    }
    Long number =
        found < VERSION
            ? null
            : session.number("SELECT queue_id FROM " + names.prefix() + "_schema");
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private int version(Session session) throws SQLException {
    String versions = names.prefix() + "_schema";
    if (!database.dialect().tableExists(session, versions)) {
      return 0;
    }
    List<String> rows =
        session.list(
            row -> row.getInt(1) + " " + row.getString(2),
            "SELECT version, queue_table FROM " + versions);
    if (rows.isEmpty()) {
      return 0;
    }
    String[] row = rows.getFirst().split(" ", 2);
    if (!row[1].equalsIgnoreCase(names.table())) {
      throw new QueueSchemaException(
          "tables "
              + names.prefix()
              + "_… belong to queue table "
              + row[1]
              + ", not to "
              + names.table()
              + ": choose another table name",
          "");
    }
    return Integer.parseInt(row[0]);
  }

  private void apply(Session session) throws SQLException {
    checkShape(session);
    for (int next = version(session) + 1; next <= VERSION; next++) {
      for (String statement : statements(next)) {
        session.execute(statement);
      }
    }
  }

  private void checkShape(Session session) throws SQLException {
    if (!database.dialect().tableExists(session, names.table())) {
      return;
    }
    String misfit = database.dialect().misfit(session, names.table());
    if (!misfit.isEmpty()) {
      throw new QueueSchemaException(
          "table " + names.table() + " cannot be used as a queue: " + misfit, "");
    }
  }

  private QueueSchemaException refused(Session session) throws SQLException {
    int found = version(session);
    String state =
        found > 0
            ? "has schema version " + found + " and is to have " + VERSION
            : database.dialect().tableExists(session, names.table())
                ? "has no schema version"
                : "is missing";
    String what = "table " + names.table() + " " + state;
    if (looks) {
      return new QueueSchemaException(what + ": there is no queue to look at", "");
    }
    StringBuilder files = new StringBuilder();
    for (int next = found + 1; next <= VERSION; next++) {
      files.append(names.fill(file(next)));
    }
    return new QueueSchemaException(
        what + ", and this program may not change the schema; run this by hand:", files.toString());
  }

  private List<String> statements(int version) {
    String plain =
        file(version)
            .lines()
            .filter(line -> !line.startsWith("--"))
            .collect(Collectors.joining("\n"));
    return Arrays.stream(names.fill(plain).split(";\n|;$"))
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .toList();
  }

  private String file(int version) {
    String name = database.dialect().name() + "-" + version + ".sql";
    try (InputStream in = Schema.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
