package dev.remuda.daemon;

import dev.remuda.server.WorkerOutput;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last 1,000 lines of stdout, of stderr and of the log, 2,000 characters of each at the
 * most, while all is still written where it was. One daemon of a process captures at a time.
 */
public final class Console implements AutoCloseable {
  private static final AtomicReference<@Nullable Console> ACTIVE = new AtomicReference<>();

  private final LineRing out = new LineRing();
  private final LineRing err = new LineRing();
  private final LineRing log = new LineRing();
  private final PrintStream formerOut;
  private final PrintStream formerErr;
  private final PrintStream tappedOut;
  private final PrintStream tappedErr;
  private final Logger root = Logger.getLogger("");
  private final LogTap logTap;

  private Console(String process) {
    formerOut = System.out;
    formerErr = System.err;
    tappedOut = tap(formerOut, process, out);
    tappedErr = tap(formerErr, process, err);
    logTap = new LogTap(process, log);
  }

  private static PrintStream tap(PrintStream through, String process, LineRing ring) {
    return new PrintStream(new LineTap(through, process, ring), true, through.charset());
  }

  /** Begins; lines are tagged with this name. */
  static Console capture(String process) {
    var console = new Console(process);
    System.setOut(console.tappedOut);
    System.setErr(console.tappedErr);
    console.root.addHandler(console.logTap);
    ACTIVE.set(console);
    return console;
  }

  /**
   * For the {@code output} of a pool or server: prints what workers print as {@code [hash(7)] …},
   * and keeps it tagged with the worker's name where a daemon captures.
   */
  public static WorkerOutput workers() {
    return (worker, stream, line) -> {
      Console console = ACTIVE.get();
      boolean isOut = stream == WorkerOutput.Stream.OUT;
      if (console == null) {
        (isOut ? System.out : System.err).println("[" + worker + "] " + line);
      } else {
        (isOut ? console.formerOut : console.formerErr).println("[" + worker + "] " + line);
        (isOut ? console.out : console.err).add(worker, "", line, 0);
      }
    };
  }

  /**
   * For the {@code output} of a server: hands lines on, and keeps them tagged with the worker's
   * name where a daemon captures.
   */
  public static WorkerOutput keeping(WorkerOutput other) {
    return (worker, stream, line) -> {
      other.line(worker, stream, line);
      Console console = ACTIVE.get();
      if (console != null) {
        (stream == WorkerOutput.Stream.OUT ? console.out : console.err).add(worker, "", line, 0);
      }
    };
  }

  /** The lines of this moment. */
  public ConsoleStats stats() {
    return new ConsoleStats(out.lines(), err.lines(), log.lines());
  }

  /** Captures no more; the lines stay. */
  @Override
  public void close() {
    ACTIVE.compareAndSet(this, null);
    root.removeHandler(logTap);
    tappedOut.flush();
    tappedErr.flush();
    if (System.out.equals(tappedOut)) {
      System.setOut(formerOut);
    }
    if (System.err.equals(tappedErr)) {
      System.setErr(formerErr);
    }
  }

  /** Hears what is logged. */
  private static final class LogTap extends Handler {
    private final String process;
    private final LineRing ring;
    private final SimpleFormatter messages = new SimpleFormatter();

    LogTap(String process, LineRing ring) {
      this.process = process;
      this.ring = ring;
    }

    @Override
    public void publish(LogRecord line) {
      String text = line.getLoggerName() + ": " + messages.formatMessage(line);
      Throwable thrown = line.getThrown();
      String whole = thrown == null ? text : text + " (" + RunTally.text(thrown) + ")";
      ring.add(process, line.getLevel().getName(), whole, 0);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
