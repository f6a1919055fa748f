package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.50 Who may call over a unix socket")
@Timeout(120)
class PeersTest {
  private static final String ECHO = "[\"do\",{},\"echo\",1]";
  private static final String ECHOED = "heard [\"ok\",{},[1]]";

  @TempDir Path folder;

  private static RunningServer open(UnaryOperator<TaskServer.Builder> settings) throws IOException {
    var running = RunningServer.start(b -> settings.apply(b.serve(Served.Trial.class)));
    Files.setPosixFilePermissions(running.folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    running.awaitIn("STANDBY", 1);
    return running;
  }

  @Test
  @DisplayName("P.50 another user is let go of by the worker, whatever the mode, at no cost")
  void anotherUser() throws Exception {
    OtherUser.assumeThereAreSome();
    try (var running = open(b -> b)) {
      Path socket = running.folder.resolve("s");
      assertThat(OtherUser.NOBODY.call(socket, ECHO))
          .isEqualTo("cannot connect: Permission denied");
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      for (int i = 1; i <= 5; i++) {
        assertThat(OtherUser.NOBODY.call(socket, ECHO)).isEqualTo("heard");
      }
      try (RawPeer own = running.connect()) {
        assertThat(own.call(ECHO)).isEqualTo("[\"ok\",{},[1]]");
        ServerStats stats = running.stats();
        assertThat(stats.refused()).isEqualTo(5);
        assertThat(Asked.map(running, "\"status\"").get("refused")).isEqualTo(5L);
        assertThat(running.awaitIn("BUSY", 1).getFirst().id()).isEqualTo("test(1)");
        assertThat(running.in("BUSY").getFirst().checkouts()).isEqualTo(1);
      }
    }
  }

  @Test
  @DisplayName("P.50 with allowUsers those may call, root and the own user, and nobody else")
  void allowedUsers() throws Exception {
    OtherUser.assumeThereAreSome();
    try (var running = open(b -> b.socketMode("0666").allowUsers("65534"))) {
      Path socket = running.folder.resolve("s");
      assertThat(OtherUser.NOBODY.call(socket, ECHO)).isEqualTo(ECHOED);
      assertThat(OtherUser.DAEMON.call(socket, ECHO)).isEqualTo("heard");
      try (RawPeer root = running.connect()) {
        assertThat(root.call(ECHO)).isEqualTo("[\"ok\",{},[1]]");
      }
      assertThat(running.server.describe()).contains("socketMode=0666 allowUsers=65534 ");
    }
  }

  @Test
  @DisplayName("P.50 with a mode and a group its members may call, the control address stays shut")
  void group() throws Exception {
    OtherUser.assumeThereAreSome();
    try (var running = open(b -> b.socketMode("0660").socketGroup("2"))) {
      Path socket = running.folder.resolve("s");
      assertThat(Files.getPosixFilePermissions(socket))
          .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
      assertThat(Files.getAttribute(socket, "unix:gid")).isEqualTo(2);
      assertThat(new OtherUser(65_534, List.of(2)).call(socket, ECHO)).isEqualTo(ECHOED);
      assertThat(OtherUser.NOBODY.call(socket, ECHO))
          .isEqualTo("cannot connect: Permission denied");
      assertThat(new OtherUser(65_534, List.of(2)).call(running.folder.resolve("s.ctl"), ECHO))
          .isEqualTo("cannot connect: Permission denied");
    }
  }

  @Test
  @DisplayName("P.50 a server of another user is served to its own user and to root")
  void ofAnotherUser() throws Exception {
    OtherUser.assumeThereAreSome();
    String classPath = OtherUser.classPath(Files.createDirectory(folder.resolve("classes")));
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setAttribute(own, "unix:uid", OtherUser.NOBODY.uid());
    Path socket = own.resolve("s");
    try (var server =
        new ServerProcess(new ServerProcess.How(socket).by(OtherUser.NOBODY, classPath))) {
      server.awaitState("STANDBY");
      assertThat(OtherUser.NOBODY.call(socket, ECHO)).isEqualTo(ECHOED);
      try (RawPeer root = server.connect()) {
        assertThat(root.call(ECHO)).isEqualTo("[\"ok\",{},[1]]");
      }
    }
    assertThat(own).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0700", "600", "0400", "1600", "rw-", ""})
  @DisplayName("P.50 a mode that lets the owner connect, and no more than that, is taken")
  void modes(String mode) {
    var builder = TaskServer.builder().listen("unix:" + folder.resolve("s"));
    builder.serve(Served.Trial.class).socketMode(mode).standby(mode.equals("600") ? -1 : 0);
    assertThatThrownBy(builder::start)
        .hasMessage(
            mode.equals("600")
                ? "standby is at least 0, not -1"
                : "socketMode is 0600 to 0666 without an odd digit, not " + mode);
  }

  @Test
  @DisplayName("P.50 what contradicts itself or is not known is named, all at once")
  void contradictions() {
    assertThatThrownBy(() ->
            TaskServer.builder()
                .listen("unix:" + folder.resolve("s"))
                .command("sh")
                .socketGroup("no-such-group")
                .allowUsers("no-such-user", "a b")
                .start())
        .hasMessageContainingAll(
            "socketGroup no-such-group may not connect with socketMode 0600",
            "there is no group no-such-group",
            "there is no user no-such-user",
            "not the name of a user: 'a b'",
            "allowUsers [no-such-user, a b] needs a socketMode that lets them, not 0600",
            "not by a command");
    assertThatThrownBy(() ->
            TaskServer.builder()
                .listen("unix:" + folder.resolve("s"))
                .serve(Served.Trial.class)
                .socketMode("0666")
                .start())
        .hasMessageContaining("with socketMode 0666 anybody on this host may call");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName(
      "P.50 a folder where anybody may replace the socket is refused, one like /tmp is not")
  void worldWritableFolder() throws Exception {
    Files.setAttribute(folder, "unix:mode", 0777);
    var builder = TaskServer.builder().listen("unix:" + folder.resolve("s"));
    builder.command("/bin/sh", "-c", "echo ready >&4; read line <&3").crashReports(folder);
    assertThatThrownBy(builder::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("anybody may replace what is in the folder " + folder)
        .hasMessageContaining("mode is 777");
    assertThat(folder).isEmptyDirectory();
    Files.setAttribute(folder, "unix:mode", 01777);
    builder.start().close();
    assertThat(folder).isEmptyDirectory();
  }
}
