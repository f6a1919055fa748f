package dev.remuda.queue;

import dev.remuda.faults.Executions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A consumer of {@link QueueStormTest} in a process of its own, which writes down each message that
 * it begins to handle: data, claim, time. Arguments: URL, file, type.
 */
final class StormConsumer implements AutoCloseable {
  static final Duration HEARTBEAT = Duration.ofMillis(400);
  static final Duration STALE = Duration.ofSeconds(4);

  private final Process process;

  StormConsumer(String url, Path executions, String type) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            StormConsumer.class.getName(),
            url,
            executions.toString(),
            type);
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(executions.resolveSibling("consumers").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MessageQueue.Builder settings(String url) {
    return MessageQueue.builder(url).heartbeat(HEARTBEAT).staleAfter(STALE).poll(HEARTBEAT);
  }

  public static void main(String[] arguments) throws Exception {
    Path executions = Path.of(arguments[1]);
    MessageQueue queue = null;
    while (queue == null) {
      try {
        queue = settings(arguments[0]).open();
      } catch (QueueException e) {
        System.out.println("not yet: " + e.getMessage());
      }
    }
    try (MessageQueue opened = queue) {
      opened.consume(
          arguments[2],
          ConsumeOptions.DEFAULT.parallel(2),
          message ->
              Executions.note(
                  executions,
                  message.data(),
                  message.id() + "." + message.attempt() + " " + System.currentTimeMillis()));
      while (System.in.read() >= 0) {
        System.out.println("waits for the end of its input");
      }
    }
  }

  long pid() {
    return process.pid();
  }

  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** In order, by the end of its input. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
    process.getInputStream().close();
  }
}
