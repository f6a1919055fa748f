package dev.remuda.queue;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Whether a table that somebody else made can be used as a queue. */
final class TableShape {
  private static final List<String> PUBLIC = List.of("id", "date_inserted", "type", "data");

  private TableShape() {}

  /**
   * @param columns the names in lower case, each followed by what is wrong with it, if anything is
   */
  static String misfit(List<String> columns) {
    List<String> wrong = columns.stream().filter(column -> column.contains(" ")).toList();
    List<String> missing =
        PUBLIC.stream()
            .filter(name -> columns.stream().noneMatch(c -> c.split(" ", 2)[0].equals(name)))
            .map(name -> name + " is missing")
            .toList();
    return String.join("; ", Stream.concat(missing.stream(), wrong.stream()).toList());
  }

  /** The same from what the driver says of the columns. */
  static String misfitByTypes(Session session, String table) throws SQLException {
    var columns = new ArrayList<String>();
    try (ResultSet none = session.with("SELECT * FROM " + table + " WHERE 1 = 0").executeQuery()) {
      ResultSetMetaData about = none.getMetaData();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        String name = about.getColumnName(i).toLowerCase(Locale.ROOT);
        columns.add(name + complaint(name, about.getColumnType(i), about.getColumnTypeName(i)));
      }
    }
    return misfit(columns);
  }

  private static String complaint(String name, int type, String typeName) {
    boolean fits =
        switch (name) {
          case "id" -> type == Types.BIGINT || type == Types.INTEGER || type == Types.SMALLINT;
          case "type", "data" ->
              type == Types.VARCHAR
                  || type == Types.CHAR
                  || type == Types.LONGVARCHAR
                  || type == Types.CLOB;
          case "date_inserted" ->
              type == Types.TIMESTAMP
                  || type == Types.TIMESTAMP_WITH_TIMEZONE
                  || type == Types.DATE;
          default -> true;
        };
    String needed =
        switch (name) {
          case "id" -> "a number";
          case "date_inserted" -> "a date";
          default -> "text";
        };
    return fits ? "" : " is " + typeName + ", not " + needed;
  }
}
