package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One {@link ProbeServer} of several that follow each other on the same addresses. */
final class Generation implements AutoCloseable {
  private final Path folder;
  private final Process process;
  private final BufferedReader lines;

  private Generation(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
    this.lines = process.inputReader();
  }

  static Generation start(Path folder, int standby, int maxWorkers, List<String> addresses)
      throws IOException {
    Files.createDirectories(folder);
    String[] arguments =
        Stream.concat(
                Stream.of(folder.toString(), String.valueOf(standby), String.valueOf(maxWorkers)),
                addresses.stream())
            .toArray(String[]::new);
    List<String> command = new ArrayList<>(ChildJvm.command(ProbeServer.class, arguments));
    command.set(command.indexOf("-cp") + 1, System.getProperty("java.class.path"));
    return new Generation(
        folder,
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("stderr").toFile()))
            .start());
  }

  /** Waits until it serves; where. */
  List<Address> ready() throws IOException {
    String line = line();
    assertThat(line).as(stderr()).startsWith("ready ");
    return Stream.of(line.substring("ready ".length()).split(" ", -1)).map(Address::parse).toList();
  }

  private String stderr() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  /** The next line, whatever it is; null at its end. */
  @Nullable String line() throws IOException {
    var read = new CompletableFuture<@Nullable String>();
    Thread.startVirtualThread(() -> {
      try {
        read.complete(lines.readLine());
      } catch (IOException e) {
        read.completeExceptionally(e);
      }
    });
    try {
      return read.get(RunningServer.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("it says nothing: " + stderr(), e);
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int descriptors() throws IOException {
    return SpawnTest.descriptors(pid()).size();
  }

  /** Its workers do not get through their setup until {@link #letSetup}. */
  static void holdSetup(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.createFile(folder.resolve("setup-waits"));
  }

  void letSetup() throws IOException {
    Files.deleteIfExists(folder.resolve("setup-waits"));
  }

  /** Its first worker runs, so it has been given the sockets. */
  void awaitSetup() {
    Path log = folder.resolve("log");
    await()
        .atMost(RunningServer.PATIENCE)
        .until(() -> Files.exists(log) && Files.readString(log).startsWith("setup "));
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** It ends by itself. */
  void awaitEnd() throws Exception {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(stderr()).isTrue();
    assertThat(process.exitValue()).as(stderr()).isZero();
  }

  /** SIGTERM. */
  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("it did not end by SIGTERM: " + stderr());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
