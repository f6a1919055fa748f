package dev.remuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("hears what all pools log")
class PrivateFolderTest {
  @Test
  void closedTwiceItSaysNothing() throws IOException {
    List<LogRecord> logged = new ArrayList<>();
    var log = Logger.getLogger("dev.remuda");
    var handler = new Keeping(logged);
    log.addHandler(handler);
    try {
      PrivateFolder folder = PrivateFolder.create();
      Path path = ((Address.Unix) folder.address()).path().getParent();
      folder.close();
      folder.close();
      assertThat(logged).isEmpty();
      assertThat(Files.exists(path)).isFalse();
    } finally {
      log.removeHandler(handler);
    }
  }

  private static final class Keeping extends Handler {
    private final List<LogRecord> records;

    Keeping(List<LogRecord> records) {
      this.records = records;
    }

    @Override
    public void publish(LogRecord entry) {
      records.add(entry);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
