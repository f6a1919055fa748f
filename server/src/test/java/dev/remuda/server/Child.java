package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real child process with all five descriptors on pipes, for the tests. */
final class Child implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 20_000;

  private final Pipe in = Linux.pipe();
  private final Pipe out = Linux.pipe();
  private final Pipe err = Linux.pipe();
  private final Pipe controlIn = Linux.pipe();
  private final Pipe controlOut = Linux.pipe();
  private final List<Integer> open = new ArrayList<>();
  private final int pidfd;
  private @Nullable ExitStatus status;

  final long pid;

  private Child(How how) throws IOException {
    open.addAll(List.of(in.write(), out.read(), err.read(), controlIn.write(), controlOut.read()));
    List<Integer> given =
        List.of(in.read(), out.write(), err.write(), controlIn.read(), controlOut.write());
    List<Integer> streams = new ArrayList<>(given);
    for (int i = 0; i < how.passed.size(); i++) {
      streams.set(3 + i, how.passed.get(i));
    }
    try {
      pid = PosixSpawn.spawn(how.request(streams), how.leftovers);
      pidfd = Linux.pidfd(pid);
      open.add(pidfd);
    } catch (IOException | RuntimeException e) {
      closeAll(open);
      throw e;
    } finally {
      closeAll(given);
    }
  }

  static Child start(String... command) throws IOException {
    return new How(command).start();
  }

  static Child shell(String script) throws IOException {
    return start("/bin/sh", "-c", script);
  }

  /** What differs from the usual. */
  static final class How {
    private final List<String> command;
    private Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin");
    private @Nullable Path directory;
    private PosixSpawn.Leftovers leftovers = PosixSpawn.Leftovers.BEST;
    private List<Integer> passed = List.of();

    How(String... command) {
      this.command = List.of(command);
    }

    How environment(Map<String, String> value) {
      environment = value;
      return this;
    }

    How directory(Path value) {
      directory = value;
      return this;
    }

    How leftovers(PosixSpawn.Leftovers value) {
      leftovers = value;
      return this;
    }

    /** What becomes descriptors 3 and 4, instead of control pipes; the caller's to close. */
    How passing(Integer... descriptors) {
      passed = List.of(descriptors);
      return this;
    }

    Child start() throws IOException {
      return new Child(this);
    }

    private Spawn request(List<Integer> given) {
      Spawn.Streams streams =
          new Spawn.Streams(given.get(0), given.get(1), given.get(2), given.get(3), given.get(4));
      return new Spawn(command.getFirst(), command, environment, directory, streams);
    }
  }

  String line() throws IOException {
    return line(out.read());
  }

  String errorLine() throws IOException {
    return line(err.read());
  }

  String controlLine() throws IOException {
    return line(controlOut.read());
  }

  void tell(String line) throws IOException {
    assertThat(Linux.write(in.write(), (line + "\n").getBytes(UTF_8))).isTrue();
  }

  void control(String line) throws IOException {
    assertThat(Linux.write(controlIn.write(), (line + "\n").getBytes(UTF_8))).isTrue();
  }

  /** Everything that comes on standard output, until all its writers are gone. */
  String output() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    while (Linux.read(out.read(), buffer) >= 0) {
      buffer.flip();
      byte[] part = new byte[buffer.remaining()];
      buffer.get(part);
      bytes.write(part);
      buffer.clear();
    }
    return bytes.toString(UTF_8);
  }

  private static String line(int fd) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocateDirect(1);
    while (Linux.read(fd, one) > 0 && one.get(0) != '\n') {
      bytes.write(one.get(0));
      one.clear();
    }
    return bytes.toString(UTF_8);
  }

  /** Waits for the end and reaps. */
  ExitStatus await() throws IOException {
    awaitEnd(pidfd);
    ExitStatus reaped = Linux.reap(pid);
    assertThat(reaped).isNotNull();
    status = reaped;
    return reaped;
  }

  /** Waits for the end of any process, which is not reaped. */
  static void awaitEnd(int pidfd) throws IOException {
    try (Epoll epoll = new Epoll()) {
      epoll.add(pidfd, Epoll.EPOLLIN, 1);
      assertThat(epoll.await(PATIENCE_MILLIS)).as("process ended").isEqualTo(1);
    }
  }

  @Override
  public void close() throws IOException {
    if (status == null) {
      Linux.killGroup(pid, Signals.SIGKILL);
      await();
    }
    closeAll(open);
  }

  private static void closeAll(List<Integer> descriptors) throws IOException {
    for (int fd : descriptors) {
      Linux.close(fd);
    }
  }
}
