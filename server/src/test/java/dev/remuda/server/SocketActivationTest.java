package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Here the test is the service manager: it binds, and starts a program with the sockets. */
@DisplayName("P.15 Listening sockets of a service manager (LISTEN_FDS)")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SocketActivationTest {
  private static final String ECHO = "[\"do\",{},\"echo\",1]";
  private static final String ECHOED = "[\"ok\",{},[1]]";
  private static final String SELF = "$$";

  @TempDir Path folder;
  private Address.Unix unix;
  private Address.Tcp tcp;
  private int unixListener;
  private int tcpListener;

  @BeforeEach
  void bind() throws Exception {
    unix = new Address.Unix(folder.resolve("s"));
    unixListener = Linux.unixListener(unix.path(), 0600, 64);
    tcpListener = Linux.tcpListener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    Linux.setNonBlocking(tcpListener); // as some managers do
    tcp = new Address.Tcp("127.0.0.1", Linux.port(tcpListener));
  }

  @AfterEach
  void release() throws Exception {
    Linux.close(unixListener);
    Linux.close(tcpListener);
  }

  /** The shell's own pid is that of the program it becomes. */
  private Child activate(String listenPid, String... addresses) throws IOException {
    Path own = Files.createDirectories(folder.resolve("own"));
    String[] arguments =
        Stream.concat(Stream.of(own.toString(), "1", "0"), Stream.of(addresses))
            .toArray(String[]::new);
    List<String> command = new ArrayList<>(ChildJvm.command(ProbeServer.class, arguments));
    command.set(command.indexOf("-cp") + 1, System.getProperty("java.class.path"));
    String script = "export LISTEN_PID=" + listenPid + " LISTEN_FDS=2; exec \"$@\"";
    command.addAll(0, List.of("/bin/sh", "-c", script, "sh"));
    return new Child.How(command.toArray(String[]::new)).passing(unixListener, tcpListener).start();
  }

  private static void end(Child server) throws IOException {
    Linux.signal(server.pid, Signals.SIGTERM);
    server.await();
  }

  @Test
  @DisplayName("P.15 without --listen all are taken; who connected before the start is served")
  void all() throws Exception {
    try (RawPeer early = RawPeer.connect(unix);
        RawPeer other = RawPeer.connect(tcp)) {
      early.send(ECHO);
      other.send(ECHO);
      try (Child server = activate(SELF)) {
        assertThat(server.line()).isEqualTo("ready " + unix + " " + tcp);
        assertThat(early.receive()).isEqualTo(ECHOED);
        assertThat(other.receive()).isEqualTo(ECHOED);
        assertThat(folder.resolve("s.lock")).hasContent(server.pid + "\n");
        end(server);
      }
    }
  }

  @Test
  @DisplayName("P.15 the sockets stay when the server ends, and who waits meets the next one")
  void restarted() throws Exception {
    try (Child server = activate(SELF)) {
      server.line();
      end(server);
    }
    assertThat(unix.path()).exists();
    assertThat(folder.resolve("s.lock")).doesNotExist();
    try (RawPeer between = RawPeer.connect(unix);
        RawPeer other = RawPeer.connect(tcp)) {
      between.send(ECHO);
      other.send(ECHO);
      try (Child next = activate(SELF)) {
        assertThat(next.line()).startsWith("ready ");
        assertThat(between.receive()).isEqualTo(ECHOED);
        assertThat(other.receive()).isEqualTo(ECHOED);
        end(next);
      }
    }
  }

  @Test
  @DisplayName("P.15 --listen takes the one that it names, and opens what is not there")
  void named() throws Exception {
    Path more = folder.resolve("more");
    try (Child server = activate(SELF, "unix:" + more, "unix:" + unix.path())) {
      assertThat(server.line()).isEqualTo("ready unix:" + more + " " + unix);
      for (Address address : List.of(unix, new Address.Unix(more))) {
        try (RawPeer peer = RawPeer.connect(address)) {
          assertThat(peer.call(ECHO)).isEqualTo(ECHOED);
        }
      }
      assertThat(server.errorLine()).isNotEmpty();
      end(server);
    }
    assertThat(unix.path()).exists();
    assertThat(more).doesNotExist();
  }

  @Test
  @DisplayName("P.15 what is meant for another process is not taken")
  void ofAnother() throws Exception {
    try (Child server = activate("1")) {
      assertThat(server.line()).startsWith("failed ").contains("listen(ADDRESS) is missing");
      server.await();
    }
  }

  @Test
  @DisplayName("P.15 a server on a service manager's sockets is replaced like any other")
  void replaced() throws Exception {
    try (Child first = activate(SELF)) {
      first.line();
      try (Child second = activate("1", unix.toString(), tcp.toString())) {
        assertThat(second.line()).isEqualTo("ready " + unix + " " + tcp);
        first.await();
        try (RawPeer peer = RawPeer.connect(tcp)) {
          assertThat(peer.call(ECHO)).isEqualTo(ECHOED);
        }
        end(second);
      }
    }
    RawPeer.connect(unix).close();
  }
}
