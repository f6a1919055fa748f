package dev.remuda.context;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file that each record becomes a line of, opened anew each time. */
record LogFile(Path path) implements LogSink {
  @Override
  public void write(TaskRecord record) {
    byte[] line = (record.toJson() + '\n').getBytes(StandardCharsets.UTF_8);
    try (OutputStream file = open()) {
      file.write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A stream, since a channel is closed by the interrupt of its thread: and whoever was interrupted
   * in his work ends it with the log of that.
   */
  private OutputStream open() throws IOException {
    try {
      return Files.newOutputStream(path, StandardOpenOption.APPEND);
    } catch (NoSuchFileException e) {
      var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      Files.newByteChannel(path, options, OwnerOnly.attributesFor(path)).close();
      return Files.newOutputStream(path, StandardOpenOption.APPEND);
    }
  }
}
