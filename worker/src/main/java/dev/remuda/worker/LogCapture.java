package dev.remuda.worker;

import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * A handler at the root of java.util.logging that gives what is logged to the call that runs. All
 * who log there are heard: System.Logger as the JDK has it, and SLF4J with its provider for
 * java.util.logging ({@code slf4j-jdk14}); with Logback see {@link LogbackCapture}. It is put there
 * when the first caller asks for a log, so that a worker whose callers ask for none never loads any
 * of it. Levels stay as they are: what a logger does not log, nobody hears.
 */
final class LogCapture extends Handler {
  private static final LogCapture ONLY = new LogCapture();

  /** The call of a process that runs one at a time, for whatever thread logs. */
  private static volatile @Nullable CallLog running;

  /** The call of a thread, where others run their own. */
  private static final ScopedValue<CallLog> OWN = ScopedValue.newInstance();

  private static final SimpleFormatter TEXTS = new SimpleFormatter();

  private LogCapture() {
    setLevel(Level.ALL);
  }

  /** Runs {@code code}, with what is logged meanwhile going to {@code log}. */
  static <X extends Throwable> @Nullable Object during(
      CallLog log, ScopedValue.CallableOp<@Nullable Object, X> code) throws X {
    listen();
    LogbackCapture.listen();
    if (!log.ownsProcess()) {
      return ScopedValue.where(OWN, log).call(code);
    }
    running = log;
    try {
      return code.call();
    } finally {
      running = null;
    }
  }

  /** The call that what is logged on this thread belongs to, if any. */
  static @Nullable CallLog target() {
    return OWN.isBound() ? OWN.get() : running;
  }

  /** Each time, since the user's code may have set up its logging anew. */
  private static void listen() {
    Logger root = LogManager.getLogManager().getLogger("");
    if (root == null) {
      return;
    }
    synchronized (ONLY) {
      for (Handler handler : root.getHandlers()) {
        if (handler.equals(ONLY)) {
          return;
        }
      }
      root.addHandler(ONLY);
    }
  }

  @Override
  public void publish(@Nullable LogRecord record) {
    CallLog log = target();
    if (log != null && record != null) {
      String logger = record.getLoggerName();
      Map<String, String> mdc = Slf4jContext.present();
      log.captured(
          level(record.getLevel()),
          text(record),
          new LoggedDetails(logger == null ? "" : logger, record.getThrown(), mdc));
    }
  }

  private static String text(LogRecord record) {
    try {
      return String.valueOf(TEXTS.formatMessage(record));
    } catch (RuntimeException e) { // the parameters' own code
      return String.valueOf(record.getMessage());
    }
  }

  private static int level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return 10;
    } else if (value >= Level.WARNING.intValue()) {
      return 20;
    }
    return value >= Level.INFO.intValue() ? 30 : 40;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
