package dev.remuda.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What this machine has to compare with, in a temporary folder that ends with it. */
final class Toolbox implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Thread atExit = new Thread(this::removeFolder, "bench-cleanup");
  private final Path folder;
  private final Optional<List<String>> limit;
  private final List<Peer> peers = new ArrayList<>();
  private final Optional<List<String>> graphile;

  /** Another system that does the same, as the command that drives it. */
  record Peer(String name, List<String> command) {
    Peer {
      command = List.copyOf(command);
    }
  }

  Toolbox() throws IOException {
    folder = Files.createTempDirectory("remuda-bench-");
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      limit = compileLimit();
      addPeer(Bench.ANYEVENT_TASK, "peer.pl", "perl", "-MAnyEvent::Task", "-e", "1");
      addPeer("Python ProcessPoolExecutor", "peer.py", "python3", "-c", "1");
      addPeer("Node child_process IPC", "peer.js", "node", "-e", "1");
      graphile = findGraphile();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Room for sockets. */
  Path folder() {
    return folder;
  }

  /** The command of the raw limit in C, where there is a compiler. */
  Optional<List<String>> limit() {
    return limit;
  }

  List<Peer> peers() {
    return peers;
  }

  /** The command of a queue on PostgreSQL, where it is installed. */
  Optional<List<String>> graphile() {
    return graphile;
  }

  private Optional<List<String>> findGraphile() throws IOException {
    List<String> check = List.of("node", "-e", "require.resolve('graphile-worker')");
    return onPath("node") && succeeds(check)
        ? Optional.of(List.of("node", extract("queue.js").toString()))
        : Optional.empty();
  }

  private Optional<List<String>> compileLimit() throws IOException {
    Path source = extract("limit.c");
    Path program = folder.resolve("limit");
    for (String compiler : List.of("cc", "gcc", "clang")) {
      if (onPath(compiler)
          && succeeds(List.of(compiler, "-O2", "-o", program.toString(), source.toString()))) {
        return Optional.of(List.of(program.toString()));
      }
    }
    return Optional.empty();
  }

  private void addPeer(String name, String script, String program, String... check)
      throws IOException {
    var command = new ArrayList<String>(List.of(check));
    command.addFirst(program);
    if (onPath(program) && succeeds(command)) {
      peers.add(new Peer(name, List.of(program, extract(script).toString())));
    }
  }

  private Path extract(String resource) throws IOException {
    Path file = folder.resolve(resource);
    try (InputStream in = Toolbox.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the program's own file " + resource + " is missing");
      }
      Files.copy(in, file);
    }
    return file;
  }

  static boolean onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isExecutable(Path.of(entry, program))) {
        return true;
      }
    }
    return false;
  }

  private static boolean succeeds(List<String> command) {
    try {
      run(command);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a program that prints one number; blocks until it ends. */
  static double number(List<String> prefix, List<String> command, Object... arguments)
      throws IOException {
    var words = new ArrayList<>(prefix);
    words.addAll(command);
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    String text = run(words).strip();
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IOException(words + " printed no number: " + text, e);
    }
  }

  /** Runs a program and gives what it prints; blocks until it ends. */
  static String run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream out = process.getInputStream()) {
      Thread.ofVirtual().start(() -> killIfLate(process));
      String text = new String(out.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(command + " ended with " + process.exitValue());
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      end(process);
    }
  }

  private static void killIfLate(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        end(process);
      }
    } catch (InterruptedException e) {
      end(process);
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
      removeFolder();
    } catch (IllegalStateException e) {
      // The JVM is going down: the hook does it.
    }
  }

  private void removeFolder() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      System.err.println("bench: cannot remove " + folder + ": " + e);
    }
  }
}
