package dev.remuda.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds what a user may have meant. */
final class Similar {
  private Similar() {}

  /** The candidates that few keystrokes make of {@code written}, the nearest first. */
  static List<String> to(String written, Collection<String> candidates) {
    int equals = written.indexOf('=');
    String name = equals < 0 ? written : written.substring(0, equals);
    return candidates.stream()
        .filter(candidate -> candidate.length() > 2)
        .filter(candidate ->
            distance(name, candidate) <= Math.max(1, candidate.length() / 3)
                || (name.length() > 3 && candidate.startsWith(name)))
        .sorted(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .toList();
  }

  /** Levenshtein's: insertions, deletions and substitutions from one to the other. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
