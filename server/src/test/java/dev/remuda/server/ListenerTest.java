package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.1, P.50 Listening sockets")
class ListenerTest {

  private static final int BACKLOG = 16;

  @TempDir Path folder;
  private final List<Integer> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int fd : open) {
      Linux.close(fd);
    }
  }

  private int unixListener(Path path, int mode) throws Exception {
    int fd = Linux.unixListener(path, mode, BACKLOG);
    open.add(fd);
    return fd;
  }

  private int tcpListener(String host, int port) throws Exception {
    int fd = Linux.tcpListener(new InetSocketAddress(InetAddress.getByName(host), port), BACKLOG);
    open.add(fd);
    return fd;
  }

  @ParameterizedTest
  @CsvSource({
    "0000, 0600, rw-------",
    "0022, 0600, rw-------",
    "0022, 0660, rw-rw----",
    "0077, 0666, rw-rw-rw-",
    "0777, 0600, rw-------"
  })
  @DisplayName("P.50 a unix socket has exactly the mode asked for, whatever the umask")
  void aUnixSocketHasExactlyTheModeAskedFor(String umask, String mode, String expected)
      throws Exception {
    Path path = folder.resolve("socket");
    int before = umask(Integer.parseInt(umask, 8));
    try {
      unixListener(path, Integer.parseInt(mode, 8));
    } finally {
      umask(before);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo(expected);
  }

  @Test
  @DisplayName("P.50 a unix socket is private from the moment it is visible, with umask 0 too")
  void aUnixSocketIsPrivateFromTheMomentItIsVisible() throws Exception {
    Path path = folder.resolve("socket");
    AtomicBoolean done = new AtomicBoolean();
    int before = umask(0);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Set<String>> modes = threads.submit(() -> modesSeen(path, done));
      for (int i = 0; i < 2000; i++) {
        Linux.close(Linux.unixListener(path, 0600, BACKLOG));
        Files.delete(path);
      }
      done.set(true);
      assertThat(modes.get()).isSubsetOf("rw-------");
    } finally {
      done.set(true);
      umask(before);
    }
  }

  private static Set<String> modesSeen(Path path, AtomicBoolean done) throws IOException {
    Set<String> modes = new HashSet<>();
    while (!done.get()) {
      try {
        modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
      } catch (NoSuchFileException e) {
        Thread.onSpinWait();
      }
    }
    return modes;
  }

  @Test
  void aWaitingConnectionMakesAListenerReadable() throws Exception {
    Path path = folder.resolve("socket");
    int fd = unixListener(path, 0600);
    assertThat(Linux.readable(fd)).isFalse();
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(client.isConnected()).isTrue();
      assertThat(Linux.readable(fd)).isTrue();
    }
  }

  @Test
  void theLongestPathWorks() throws Exception {
    Path path = pathOfLength(106);
    int fd = unixListener(path, 0600);
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(client.isConnected()).isTrue();
      assertThat(Linux.readable(fd)).isTrue();
    }
  }

  @Test
  void aPathThatIsTooLongIsRefusedWithItsLengthAndTheLimit() {
    Path path = pathOfLength(107);
    assertThatThrownBy(() -> unixListener(path, 0600))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the path of a unix socket may have 106 bytes; this one has 107: %s".formatted(path));
  }

  private Path pathOfLength(int length) {
    return folder.resolve("s".repeat(length - folder.toString().length() - 1));
  }

  @Test
  void aPathThatExistsIsNotReplaced() throws Exception {
    Path path = Files.writeString(folder.resolve("socket"), "precious");
    assertThatThrownBy(() -> unixListener(path, 0600))
        .isInstanceOf(LinuxException.class)
        .hasMessage("bind %s: EADDRINUSE (Address already in use)", path);
    assertThat(path).hasContent("precious");
  }

  @Test
  void aFailureLeavesNoDescriptor() throws Exception {
    Path path = Files.writeString(folder.resolve("socket"), "precious");
    long pid = ProcessHandle.current().pid();
    int before = SpawnTest.descriptors(pid).size();
    assertThatThrownBy(() -> unixListener(path, 0600)).isInstanceOf(LinuxException.class);
    assertThatThrownBy(() -> tcpListener("192.0.2.1", 0)).isInstanceOf(LinuxException.class);
    assertThat(SpawnTest.descriptors(pid)).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void port0LetsTheKernelChoose(String host) throws Exception {
    int fd = tcpListener(host, 0);
    int port = Linux.port(fd);
    assertThat(port).isPositive();
    try (SocketChannel client = SocketChannel.open(new InetSocketAddress(host, port))) {
      assertThat(client.isConnected()).isTrue();
      assertThat(Linux.readable(fd)).isTrue();
    }
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    int port = Linux.port(tcpListener("127.0.0.1", 0));
    assertThatThrownBy(() -> tcpListener("127.0.0.1", port))
        .isInstanceOf(LinuxException.class)
        .hasMessage("bind /127.0.0.1:%d: EADDRINUSE (Address already in use)", port);
  }

  @Test
  void anUnresolvedNameIsRefused() {
    InetSocketAddress name = InetSocketAddress.createUnresolved("example.invalid", 1);
    assertThatThrownBy(() -> Linux.tcpListener(name, BACKLOG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("example.invalid");
  }

  @Test
  void aListenerIsNumberedFrom10UpAndCloseOnExec() throws Exception {
    int fd = unixListener(folder.resolve("socket"), 0600);
    assertThat(fd).isGreaterThanOrEqualTo(10);
    assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + fd))).contains("flags:\t02000002");
  }

  @Test
  @DisplayName("P.1 a JVM accepts on the listener that it got as descriptor 0")
  void aJvmAcceptsOnTheInheritedListener() throws Exception {
    Path path = folder.resolve("socket");
    int listener = unixListener(path, 0600);
    Pipe out = Linux.pipe();
    Pipe control = Linux.pipe();
    open.addAll(List.of(out.read(), control.read(), control.write(), out.write()));
    List<String> java = ChildJvm.command(ProbeInheritedListener.class);
    Spawn.Streams streams =
        new Spawn.Streams(listener, out.write(), 2, control.read(), control.write());
    long pid = Linux.spawn(new Spawn(java.getFirst(), java, System.getenv(), null, streams));
    try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      client.connect(UnixDomainSocketAddress.of(path));
      assertThat(ProbeInheritedListener.readByte(client)).isEqualTo((byte) '!');
    } finally {
      end(pid);
    }
  }

  private static void end(long pid) throws Exception {
    int pidfd = Linux.pidfd(pid);
    Linux.killGroup(pid, Signals.SIGKILL);
    Child.awaitEnd(pidfd);
    Linux.close(pidfd);
    assertThat(Linux.reap(pid)).isNotNull();
  }

  @SuppressWarnings("restricted")
  private static int umask(int mask) {
    Linker linker = Linker.nativeLinker();
    try {
      return (int)
          linker
              .downcallHandle(
                  linker.defaultLookup().findOrThrow("umask"),
                  FunctionDescriptor.of(JAVA_INT, JAVA_INT))
              .invokeExact(mask);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
