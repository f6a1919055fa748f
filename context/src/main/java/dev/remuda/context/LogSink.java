package dev.remuda.context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Where the record of a {@link TaskLog} goes when the log is closed. */
@FunctionalInterface
public interface LogSink {
  /**
   * Takes one record; on the thread that closed the log, so it should not block for long. What it
   * throws is reported and goes no further.
   */
  void write(TaskRecord record);

  /** Both, one after the other. */
  default LogSink and(LogSink other) {
    return record -> {
      try {
        write(record);
      } finally {
        other.write(record);
      }
    };
  }

  /**
   * A line of JSON for each record, at the end of a file that is made when it is not there, for its
   * owner's eyes only. Each line is written whole, with one call of the system; the file may be
   * moved away between two of them.
   */
  static LogSink file(Path path) {
    return new LogFile(path);
  }

  /** A line of JSON for each record, each in one call of {@code append}. */
  static LogSink lines(Appendable to) {
    return record -> {
      try {
        synchronized (to) {
          to.append(record.toJson() + '\n');
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /**
   * One message for each record, its JSON, at the level of the record's most severe line: INFO
   * where it has none.
   */
  static LogSink logger(System.Logger logger) {
    return record -> logger.log(record.severity(), () -> record.toJson());
  }
}
