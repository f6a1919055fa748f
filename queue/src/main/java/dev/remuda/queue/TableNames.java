package dev.remuda.queue;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names of a queue's tables: those beside the first are called after it without "Queue".
 *
 * @param table the messages
 * @param prefix what the other tables' names begin with
 */
record TableNames(String table, String prefix) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,39}");

  static TableNames of(String table) {
    String lower = table.toLowerCase(Locale.ROOT);
    String stem = lower.endsWith("queue") ? lower.substring(0, lower.length() - 5) : lower;
    String plain = stem.endsWith("_") ? stem.substring(0, stem.length() - 1) : stem;
    return new TableNames(table, plain.isEmpty() ? lower : plain);
  }

  static void check(String table, List<String> problems) {
    if (!NAME.matcher(table).matches()) {
      problems.add(
          "table has a letter and up to 39 letters, digits and underscores, not \"" + table + "\"");
    }
  }

  /** Statements with the names filled in. */
  String fill(String sql) {
    return sql.replace("${table}", table).replace("${prefix}", prefix);
  }
}
