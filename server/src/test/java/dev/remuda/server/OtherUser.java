package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another user of this host, who really is one: a process that setpriv has made theirs. */
record OtherUser(int uid, List<Integer> groups) {
  static final OtherUser NOBODY = new OtherUser(65_534, List.of());
  static final OtherUser DAEMON = new OtherUser(1, List.of());

  private static final String CALL =
      """
      import socket,sys
      s = socket.socket(socket.AF_UNIX)
      try:
        s.connect(sys.argv[1])
      except OSError as e:
        print('cannot connect:', e.strerror)
        sys.exit()
      try:
        s.sendall(sys.argv[2].encode())
        print('heard', s.recv(1000).decode())
      except OSError as e:
        print('heard')
      """;

  /** Only root can become another user. */
  static void assumeThereAreSome() {
    assumeTrue(Linux.ownUid() == 0, "only root can play another user");
    for (String tool : List.of("/usr/bin/setpriv", "/usr/bin/python3")) {
      assumeTrue(Files.isExecutable(Path.of(tool)), "there is no " + tool);
    }
  }

  /** What a server needs, copied to where everybody can read it. */
  static String classPath(Path folder) throws Exception {
    var copies = new ArrayList<String>();
    for (String type :
        List.of(
            "dev.remuda.server.Served",
            "dev.remuda.server.TaskServer",
            "dev.remuda.worker.WorkerMain",
            "dev.remuda.protocol.Message",
            "dev.remuda.context.Deadline",
            "com.fasterxml.jackson.core.JsonFactory")) {
      Path from = WorkerClassPath.locationOf(Class.forName(type));
      Path to = folder.resolve(copies.size() + "-" + from.getFileName());
      copy(from, to);
      copies.add(to.toString());
    }
    run("chmod", "-R", "a+rX", folder.toString());
    return String.join(":", copies);
  }

  private static void copy(Path from, Path to) throws Exception {
    run("cp", "-r", from.toString(), to.toString());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  /** The words before a command that this user runs. */
  List<String> before() {
    var words = new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid=" + uid, "--regid=" + uid));
    if (groups.isEmpty()) {
      words.add("--clear-groups");
    } else {
      words.add("--groups=" + groups.getFirst());
    }
    return words;
  }

  /** What this user hears who sends that to a unix socket. */
  String call(Path socket, String message) throws Exception {
    var command = new ArrayList<>(before());
    command.addAll(List.of("/usr/bin/python3", "-c", CALL, socket.toString(), message));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
  }
}
