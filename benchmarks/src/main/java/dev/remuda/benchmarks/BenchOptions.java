package dev.remuda.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to measure, and how long.
 *
 * @param rounds how often A and B alternate; the table has the medians
 * @param quick so few samples that the figures only show that all works
 * @param postgres the JDBC URL of a PostgreSQL for B11
 */
record BenchOptions(
    Set<String> rows,
    int rounds,
    boolean quick,
    boolean json,
    boolean help,
    Optional<String> postgres) {
  static final int DEFAULT_ROUNDS = 5;
  static final List<String> ROWS =
      List.of(
          "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B14", "LOG");
  private static final int MOST_ROUNDS = 1_000;

  static final String SYNOPSIS =
      "Usage: remuda bench [--rows B1,B4] [--rounds N] [--quick] [--json]"
          + " [--postgres URL] [--help]";

  static final String USAGE =
      SYNOPSIS
          + """

          Measures this machine, Remuda and the raw limit in one run, in turns, and prints the medians,
          their ratio, the bar, and below them the figure of each round. Takes about a quarter of an hour; whatever
          else runs meanwhile shows in the figures.
            --rows LIST   only these, separated by commas: B1 round trip of one call, B2 calls a second,
                          B3 pipelined calls, B4 first reply of a standby worker, B5 spawn to ready,
                          B6 memory, B7 large strings and arrays, B8 a long queue, B9 a worker's death,
                          B10 Pool.of to the first result, B11 the durable queue, B12 datagrams,
                          B14 an idle pool, LOG what an empty log adds to a call
            --rounds N    how often each is measured (5); fewer than 5 are no basis for a comparison
            --quick       one short round: shows that all works, nothing else
            --json        JSON instead of the table
            --postgres U  the JDBC URL of a PostgreSQL database, where B11 makes tables that begin with
                          bench; it is compared with graphile-worker there, if NODE_PATH leads to it
          Exit code: 0 whatever the figures are, 2 when these options are not understood.
          """;

  BenchOptions {
    rows = Set.copyOf(rows);
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException naming what is not understood
   */
  static BenchOptions parse(List<String> arguments) {
    Set<String> rows = new LinkedHashSet<>(ROWS);
    Integer rounds = null;
    boolean quick = false;
    boolean json = false;
    boolean help = false;
    Optional<String> postgres = Optional.empty();
    var words = new ArrayList<>(arguments);
    while (!words.isEmpty()) {
      String word = words.removeFirst();
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      if (equals > 0) {
        words.addFirst(word.substring(equals + 1));
        word = word.substring(0, equals);
      }
      switch (word) {
        case "--rows" -> rows = rows(value(word, words));
        case "--rounds" -> rounds = rounds(value(word, words));
        case "--postgres" -> postgres = Optional.of(postgres(value(word, words)));
        case "--quick" -> quick = true;
        case "--json" -> json = true;
        case "--help", "-h" -> help = true;
        default -> throw new IllegalArgumentException("unknown option " + word);
      }
    }
    return new BenchOptions(rows, orDefault(rounds, quick), quick, json, help, postgres);
  }

  private static String postgres(String url) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "--postgres is a URL that begins with jdbc:postgresql:, not '" + url + "'");
    }
    return url;
  }

  private static int orDefault(@Nullable Integer rounds, boolean quick) {
    return rounds != null ? rounds : quick ? 1 : DEFAULT_ROUNDS;
  }

  private static String value(String option, List<String> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.removeFirst();
  }

  private static Set<String> rows(String list) {
    Set<String> rows = new LinkedHashSet<>();
    for (String name : list.split(",", -1)) {
      String row = name.strip().toUpperCase(Locale.ROOT);
      if (!ROWS.contains(row)) {
        throw new IllegalArgumentException(
            "there is no row '" + name + "'; there is " + String.join(", ", ROWS));
      }
      rows.add(row);
    }
    return rows;
  }

  private static int rounds(String text) {
    try {
      int rounds = Integer.parseInt(text);
      if (rounds >= 1 && rounds <= MOST_ROUNDS) {
        return rounds;
      }
    } catch (NumberFormatException e) {
      // The same as a number out of range.
    }
    throw new IllegalArgumentException(
        "--rounds is a number from 1 to " + MOST_ROUNDS + ", not '" + text + "'");
  }

  /** The full count, or a hundredth of it where all that matters is that it works. */
  int samples(int full) {
    return quick ? Math.max(2, full / 100) : full;
  }

  /** As {@link #samples}, for how long something is counted. */
  int millis(int full) {
    return quick ? Math.max(100, full / 10) : full;
  }
}
