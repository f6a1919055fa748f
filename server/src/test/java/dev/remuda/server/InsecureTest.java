package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remuda.protocol.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("hears what all servers log")
@DisplayName("P.51 What insecure() allows is said at each start")
@Timeout(120)
class InsecureTest {
  @TempDir Path folder;

  private TaskServer.Builder builder() {
    return TaskServer.builder()
        .name("open")
        .serve(Served.Trial.class)
        .standby(0)
        .control("unix:" + folder.resolve("c"))
        .crashReports(folder.resolve("crashes"));
  }

  @Test
  @DisplayName("P.51 TCP beyond the loopback needs insecure(), which warns whenever it is used")
  void network() throws Exception {
    assertThatThrownBy(() -> builder().listen("tcp:0.0.0.0:0").start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "tcp:0.0.0.0:0 is not on the loopback, so anybody may call: listen on tls:, or say"
                + " insecure() if you mean it");
    TaskServer.Builder open =
        builder().listen("tcp:0.0.0.0:0").listen("tcp:127.0.0.1:0").insecure();
    for (int start = 1; start <= 2; start++) {
      try (var log = new LogLines();
          TaskServer server = open.start()) {
        int port = ((Address.Tcp) server.addresses().getFirst()).port();
        assertThat(log.containing("insecurely"))
            .singleElement()
            .asString()
            .startsWith(
                "WARNING open listens on tcp:0.0.0.0:" + port + ", insecurely: no TLS there");
      }
    }
  }

  @Test
  @DisplayName("P.51, P.50 a unix socket that is open to all is warned of as well, no other is")
  void openSocket() throws Exception {
    String socket = "unix:" + folder.resolve("s");
    try (var log = new LogLines()) {
      builder().listen(socket).listen("tcp:127.0.0.1:0").insecure().start().close();
      assertThat(log.containing("insecurely")).isEmpty();
      builder().listen(socket).socketMode("0666").insecure().start().close();
      assertThat(log.containing("insecurely"))
          .containsExactly(
              "WARNING open listens on "
                  + socket
                  + ", insecurely: whoever is on this host may call");
    }
  }

  @Test
  @DisplayName("P.50, P.51 a socket's folder that is another user's needs insecure(), which warns")
  void anothersFolder() throws Exception {
    assumeTrue(Linux.ownUid() == 0, "only root can give a folder away");
    Path theirs = Files.createDirectory(folder.resolve("theirs"));
    Files.setAttribute(theirs, "unix:uid", 65_534);
    String socket = "unix:" + theirs.resolve("s");
    String complaint =
        "the folder "
            + theirs
            + " belongs to another user, number 65534, who may replace what is in it: take another,"
            + " or say insecure() if you mean it";
    assertThatThrownBy(() -> builder().listen(socket).start())
        .hasMessage("cannot listen on " + socket + ": " + complaint);
    assertThatThrownBy(() ->
            builder().listen("tcp:127.0.0.1:0").control("unix:" + theirs.resolve("c")).start())
        .hasMessageContaining(complaint);
    assertThat(theirs).isEmptyDirectory();
    try (var log = new LogLines()) {
      builder().listen(socket).insecure().start().close();
      assertThat(log.containing("insecurely"))
          .containsExactly(
              "WARNING open listens on "
                  + socket
                  + ", insecurely: its folder belongs to another user, who may put another socket"
                  + " in its place");
    }
  }
}
