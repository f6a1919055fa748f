package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("C.15 The sinks of a log")
class LogSinkTest {
  private static TaskRecord record(int level) {
    var line = new TaskRecord.Line(93, level, List.of("a\nb\u001b"));
    return new TaskRecord(1_000_000, 1_500, List.of(line), List.of(), Map.of());
  }

  private static final String JSON =
      "{\"start\":1,\"end\":0.0015,\"logs\":[[0.000093,20,\"a\\nb\\u001b\"]]}";

  @Test
  @DisplayName("C.15 a file gets one JSON line a record, and only its owner may read it")
  void file(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tasks.jsonl");
    LogSink sink = LogSink.file(file);
    sink.write(record(20));
    sink.write(record(20));
    assertThat(Files.readAllLines(file)).containsExactly(JSON, JSON);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    LogSink nowhere = LogSink.file(folder.resolve("no/such/folder"));
    assertThatThrownBy(() -> nowhere.write(record(20))).hasMessageContaining("no/such/folder");
  }

  @Test
  @DisplayName("C.15 a file gets the record of a thread that was interrupted, which stays so")
  void interrupted(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tasks.jsonl");
    LogSink sink = LogSink.file(file);
    Thread.currentThread().interrupt();
    try {
      sink.write(record(20));
      sink.write(record(20));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(Files.readAllLines(file)).containsExactly(JSON, JSON);
  }

  @Test
  @DisplayName("C.15 in a line there is nothing that commands a terminal, of eight bits neither")
  void controls() {
    var text = new StringBuilder();
    var line = new TaskRecord.Line(0, 20, List.of("a\u009b2J\u0085b"));
    LogSink.lines(text).write(new TaskRecord(0, 0, List.of(line), List.of(), Map.of()));
    assertThat(text.toString()).contains("\"a\\u009b2J\\u0085b\"");
  }

  @Test
  @DisplayName("C.15 anything that takes characters gets the same lines")
  void lines() {
    var text = new StringBuilder();
    LogSink.lines(text).and(LogSink.lines(text)).write(record(20));
    assertThat(text).hasToString(JSON + "\n" + JSON + "\n");
  }

  /** Keeps what it is told. */
  private static final class Keeping implements System.Logger {
    private final List<String> told = new ArrayList<>();

    @Override
    public String getName() {
      return "keeping";
    }

    @Override
    public boolean isLoggable(Level level) {
      return level != Level.DEBUG;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      told.add(level + " " + message);
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... parameters) {
      told.add(level + " " + format);
    }
  }

  @Test
  @DisplayName("C.15 a System.Logger gets one message a record, at the level of its worst line")
  void logger() {
    var logger = new Keeping();
    LogSink sink = LogSink.logger(logger);
    sink.write(record(20));
    sink.write(record(10));
    sink.write(record(40));
    sink.write(new TaskRecord(0, 0, List.of(), List.of(), Map.of()));
    assertThat(logger.told)
        .containsExactly(
            "WARNING " + JSON,
            "ERROR " + JSON.replace(",20,", ",10,"),
            "INFO {\"start\":0,\"end\":0}");
  }
}
