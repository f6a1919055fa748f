package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own that serves {@link Served.Hooked}, or a shell script. */
final class ServerProcess implements AutoCloseable {
  private final Path socket;
  private final Path errors;
  private final Process process;

  ServerProcess(Path socket) throws IOException {
    this(new How(socket));
  }

  ServerProcess(How how) throws IOException {
    this.socket = how.socket;
    this.errors = socket.resolveSibling(socket.getFileName() + ".err");
    this.process =
        new ProcessBuilder(how.command())
            .redirectErrorStream(true)
            .redirectOutput(errors.toFile())
            .start();
  }

  /** What differs from the usual. */
  static final class How {
    private final Path socket;
    private final List<String> arguments = new ArrayList<>();
    private final List<String> before = new ArrayList<>();
    private int standby = 1;
    private String classPath = System.getProperty("java.class.path");

    How(Path socket) {
      this.socket = socket;
      arguments.add(socket.toString());
    }

    /** Workers run that, instead of a class. */
    How script(String script) {
      arguments.add(script);
      return this;
    }

    /** The words of a command that runs the server, such as {@code prlimit}. */
    How under(String... words) {
      return and(words);
    }

    How and(String... words) {
      before.addAll(List.of(words));
      return this;
    }

    How standby(int count) {
      standby = count;
      return this;
    }

    /** Run by another user, who can read that class path. */
    How by(OtherUser user, String readable) {
      before.addAll(user.before());
      classPath = readable;
      return this;
    }

    private List<String> command() {
      List<String> command = new ArrayList<>(before);
      List<String> java =
          new ArrayList<>(ChildJvm.command(Main.class, arguments.toArray(String[]::new)));
      java.set(java.indexOf("-cp") + 1, classPath);
      java.add(1, "-Dstandby=" + standby);
      java.add(1, "-Xmx48m");
      command.addAll(java);
      return command;
    }
  }

  /** Serves until it is told to end. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
      Path socket = Path.of(arguments[0]);
      TaskServer.Builder builder =
          TaskServer.builder()
              .name("own")
              .listen("unix:" + socket)
              .standby(Integer.getInteger("standby", 1))
              .crashReports(socket.resolveSibling("crashes"));
      if (arguments.length > 1) {
        builder.command("/bin/sh", "-c", arguments[1]);
      } else {
        builder
            .serve(Served.Hooked.class)
            .environment("TRIAL", socket.getParent().toString())
            .jvmArguments("-XX:TieredStopAtLevel=1", "-Xmx64m");
      }
      TaskServer server = builder.start();
      Path fill = socket.resolveSibling("fill");
      while (!server.ended().isDone()) {
        Thread.sleep(20);
        if (Files.exists(fill)) {
          fillWhileItIs(fill);
          System.out.println("memory is free");
        }
      }
    }

    /** Every other thread meets the end of the heap meanwhile. */
    @SuppressWarnings("ModifiedButNotUsed") // it is there to be held
    private static void fillWhileItIs(Path file) {
      var all = new ArrayList<byte[]>();
      File there = file.toFile();
      System.out.println("memory is full");
      for (int size = 1 << 20; size > 1 << 8; ) {
        try {
          all.add(new byte[size]);
        } catch (OutOfMemoryError e) {
          size /= 2;
        }
      }
      boolean exists = true;
      while (exists) {
        try {
          exists = there.exists();
        } catch (OutOfMemoryError e) {
          exists = true;
        }
      }
      all.clear();
    }
  }

  long pid() {
    return process.pid();
  }

  Process process() {
    return process;
  }

  /** What it has written, which is what its operator reads. */
  String said() throws IOException {
    return Files.readString(errors);
  }

  RawPeer connect() throws IOException {
    return RawPeer.connect(new Address.Unix(socket));
  }

  /** Nothing while it does not answer. */
  Map<?, ?> status() {
    try (RawPeer peer = RawPeer.connect(new Address.Unix(Path.of(socket + ".ctl")))) {
      return (Map<?, ?>) Objects.requireNonNull(Asked.ok(peer.call("[\"do\",{},\"status\"]")));
    } catch (IOException | AssertionError e) {
      return Map.of();
    }
  }

  /** The workers as its control address shows them; none while it does not answer. */
  List<Map<?, ?>> workers() {
    try (RawPeer peer = RawPeer.connect(new Address.Unix(Path.of(socket + ".ctl")))) {
      var all = new ArrayList<Map<?, ?>>();
      for (Object each :
          (Iterable<?>) Objects.requireNonNull(Asked.ok(peer.call("[\"do\",{},\"workers\"]")))) {
        all.add((Map<?, ?>) each);
      }
      return all;
    } catch (IOException | AssertionError e) { // refused, or let go of without an answer
      return List.of();
    }
  }

  /** Waits for one worker in a state; its pid. */
  long awaitState(String state) {
    return await()
        .atMost(RunningServer.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> pidIn(state), pid -> pid > 0);
  }

  private long pidIn(String state) {
    for (Map<?, ?> worker : workers()) {
      if (state.equals(worker.get("state"))) {
        return ((Number) Objects.requireNonNull(worker.get("pid"))).longValue();
      }
    }
    return 0;
  }

  /** SIGTERM; what it has written goes too. */
  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly().waitFor();
      assertThat(ended).as("ended by SIGTERM: %s", said()).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    Files.delete(errors);
    Files.deleteIfExists(socket.resolveSibling("crashes"));
    Files.deleteIfExists(socket.resolveSibling("log"));
  }
}
