package dev.remuda.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sends what the libraries log to stderr, one line each. */
final class Logging {
  /** The root; kept, as loggers that nobody holds forget what they were set to. */
  private static final Logger ROOT = Logger.getLogger("");

  private static final Logger OURS = Logger.getLogger("dev.remuda");

  private Logging() {}

  /**
   * Begins.
   *
   * @param least what is shown at least; with {@code verbose} also more, and with stacks
   */
  static void start(Level least, boolean verbose) {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    var handler = new ConsoleHandler();
    handler.setLevel(Level.ALL);
    handler.setFormatter(new Line(verbose));
    ROOT.addHandler(handler);
    ROOT.setLevel(least);
    OURS.setLevel(verbose ? Level.FINE : least);
  }

  /** Shows more or less of our own from now on. */
  static void level(Level least) {
    OURS.setLevel(least);
  }

  private static final class Line extends Formatter {
    private final boolean stacks;

    Line(boolean stacks) {
      this.stacks = stacks;
    }

    @Override
    public String format(LogRecord line) {
      String level = line.getLevel().getName().toLowerCase(Locale.ROOT);
      String tag = line.getLevel().intValue() > Level.INFO.intValue() ? level + ": " : "";
      return "remuda: " + tag + formatMessage(line) + thrown(line.getThrown()) + "\n";
    }

    private String thrown(@Nullable Throwable thrown) {
      if (thrown == null) {
        return "";
      }
      if (!stacks) {
        return " (" + thrown + ")";
      }
      var text = new StringWriter();
      thrown.printStackTrace(new PrintWriter(text));
      return "\n" + text;
    }
  }
}
