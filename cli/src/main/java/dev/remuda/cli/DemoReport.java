package dev.remuda.cli;

import dev.remuda.protocol.JsonText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the demo shows: chapters with checks, a line of progress, and a summary. */
final class DemoReport {
  private static final int BAR = 20;
  private static final String INDENT = "  ";
  private static final String ERASE_LINE = "\r\u001b[K";
  private static final String NO_WRAP = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";

  private final PrintStream out;
  private final boolean json;
  private final Map<String, Object> summary = new LinkedHashMap<>();
  private final List<String> failed = new ArrayList<>();
  private int parts;
  private int checks;
  private int shownQuarter;
  private boolean drawing;
  private boolean muted;

  DemoReport(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void intro() {
    line(
        Terminal.STDOUT.bold("remuda demo")
            + ": code that blocks, hangs and crashes, and a program that does not");
  }

  /** Begins a chapter. */
  synchronized void title(String name, String what) {
    parts++;
    shownQuarter = 0;
    line("");
    line(Terminal.STDOUT.bold(parts + " " + name) + (what.isEmpty() ? "" : ": " + what));
  }

  /** Says what was to be shown, and whether it was. */
  synchronized void check(boolean holds, String text) {
    if (muted) {
      return;
    }
    checks++;
    if (!holds) {
      failed.add(text);
    }
    String mark = holds ? Terminal.STDOUT.green("ok") : Terminal.STDOUT.red("FAILED");
    String rest = " ".repeat(holds ? 2 : 1);
    List<String> lines = Terminal.wrapped(text, Terminal.WIDTH - INDENT.length() - 4);
    line(INDENT + mark + rest + lines.getFirst());
    lines.stream().skip(1).forEach(more -> line(INDENT + "    " + more));
  }

  /** A line that belongs to the check before it, cut where it is too long. */
  synchronized void detail(String text) {
    int most = Terminal.WIDTH - INDENT.length() - 4;
    String cut = text.length() > most ? text.substring(0, most - 3) + "..." : text;
    line(INDENT + "    " + Terminal.STDOUT.dim(cut));
  }

  /** Draws a bar on a terminal, else says so at each quarter. */
  synchronized void progress(int done, int of, String text) {
    if (json || muted) {
      return;
    }
    if (Terminal.STDOUT.isAttached()) {
      int filled = (int) ((long) BAR * done / of);
      drawing = true;
      String bar = "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] ";
      out.print(ERASE_LINE + NO_WRAP + INDENT + bar + text + WRAP);
      out.flush();
    } else if (4L * done / of > shownQuarter) {
      shownQuarter = (int) (4L * done / of);
      line(INDENT + "... " + text);
    }
  }

  /** Adds to what {@code --json} prints. */
  synchronized void summarise(String name, Object value) {
    summary.put(name, value);
  }

  /** The last lines; true when no check has failed. */
  synchronized boolean finish(double seconds) {
    boolean passed = failed.isEmpty();
    if (json && !muted) {
      var all = new LinkedHashMap<String, Object>();
      all.put("passed", passed);
      all.put("checks", checks);
      all.put("failedChecks", failed);
      all.put("seconds", rounded(seconds));
      all.putAll(summary);
      out.println(JsonText.write(all));
    }
    line("");
    line(
        passed
            ? Terminal.STDOUT.green("all %d checks passed".formatted(checks))
                + " in %.1f s".formatted(seconds)
            : Terminal.STDOUT.red("%d of %d checks failed".formatted(failed.size(), checks)));
    return passed;
  }

  static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  /** Says nothing from now on: the program is ending. */
  synchronized void mute() {
    if (drawing) {
      out.println();
    }
    muted = true;
  }

  private synchronized void line(String text) {
    if (json || muted) {
      return;
    }
    out.println((drawing ? ERASE_LINE : "") + text);
    drawing = false;
  }
}
