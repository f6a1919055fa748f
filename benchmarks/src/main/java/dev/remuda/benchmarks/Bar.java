package dev.remuda.benchmarks;

import java.util.Locale;

/** What a figure is to reach. */
sealed interface Bar {
  Verdict verdict(Line line);

  String text();

  /** At most so many times the limit. */
  record TimesLimit(double most) implements Bar {
    @Override
    public Verdict verdict(Line line) {
      return line.limits().isEmpty() ? Verdict.UNTESTED : Verdict.of(line.ratio() <= most);
    }

    @Override
    public String text() {
      return "≤ " + number(most) + " × limit";
    }
  }

  /** At most so much, in the figure's unit. */
  record AtMost(double most, Unit unit) implements Bar {
    @Override
    public Verdict verdict(Line line) {
      return Verdict.of(line.ours().median() <= most);
    }

    @Override
    public String text() {
      return "≤ " + number(most) + " " + unit.sign();
    }
  }

  /** No bar: it stands beside another that has one. */
  record None() implements Bar {
    @Override
    public Verdict verdict(Line line) {
      return Verdict.UNTESTED;
    }

    @Override
    public String text() {
      return "–";
    }
  }

  /** At least so many a second. */
  record RateOf(double least) implements Bar {
    @Override
    public Verdict verdict(Line line) {
      return Verdict.of(line.ours().median() >= least);
    }

    @Override
    public String text() {
      return "≥ " + Unit.PER_SECOND.show(least);
    }
  }

  /** Faster than every peer that is installed. */
  record AheadOfPeers() implements Bar {
    @Override
    public Verdict verdict(Line line) {
      double ours = line.ours().median();
      return line.peers().isEmpty()
          ? Verdict.UNTESTED
          : Verdict.of(line.peers().stream().allMatch(peer -> ours < peer.median()));
    }

    @Override
    public String text() {
      return "ahead of every peer";
    }
  }

  /** So many times the rate of one peer. */
  record TimesPeer(double least, String peer) implements Bar {
    @Override
    public Verdict verdict(Line line) {
      for (Series each : line.peers()) {
        if (each.name().equals(peer)) {
          return Verdict.of(line.ours().median() >= least * each.median());
        }
      }
      return Verdict.UNTESTED;
    }

    @Override
    public String text() {
      return "≥ " + number(least) + " × " + peer;
    }
  }

  /** Both. */
  record Both(Bar first, Bar second) implements Bar {
    @Override
    public Verdict verdict(Line line) {
      return first.verdict(line).and(second.verdict(line));
    }

    @Override
    public String text() {
      return first.text() + ", " + second.text();
    }
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
