package dev.remuda.queue;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A {@link ConsumerMain} in a process of its own, and what it said. */
final class ConsumerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  ConsumerProcess(String url, String type, long heartbeat, long stale, String mode) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ConsumerMain.class.getName(),
            url,
            type,
            "" + heartbeat,
            "" + stale,
            mode);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("unreadable " + e);
    }
  }

  /** All lines so far. */
  List<String> lines() {
    return lines;
  }

  void awaitLine(String start) {
    await().atMost(PATIENCE).until(() -> lines.stream().anyMatch(one -> one.startsWith(start)));
  }

  /** How many lines begin so. */
  long count(String start) {
    return lines.stream().filter(one -> one.startsWith(start)).count();
  }

  void tell() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  void kill() throws Exception {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Ends it in order. */
  void finish() throws Exception {
    process.getOutputStream().close();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
