package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A {@link SampleProgram} in a process of its own. */
final class SampleProcess implements AutoCloseable {
  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final List<Thread> readers;

  SampleProcess(String behaviour, long graceMillis) throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SampleProgram.class.getName(),
                behaviour,
                Long.toString(graceMillis))
            .start();
    readers = List.of(read(process.inputReader(), out), read(process.errorReader(), err));
  }

  private static Thread read(BufferedReader from, List<String> to) {
    return Thread.ofVirtual()
        .start(() -> {
          try (from) {
            from.lines().forEach(to::add);
          } catch (IOException | UncheckedIOException e) {
            to.add(e.toString());
          }
        });
  }

  void awaitLine(String line) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(out).as("stdout, with stderr %s", err).contains(line));
  }

  void awaitError(String part) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(String.join("\n", err)).contains(part));
  }

  void signal(String name) throws Exception {
    DaemonSupport.signal(name, process.pid());
  }

  void write(String text) throws IOException {
    process.outputWriter().append(text).flush();
  }

  /** Waits for its end. */
  int exitStatus() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).as("ends").isTrue();
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  List<String> out() {
    return out;
  }

  String lastError() {
    return err.getLast();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
