package dev.remuda.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.51 The commands of docs/tls.md do what the page says")
@Timeout(180)
class TlsPageTest {
  private static final Pattern BLOCK = Pattern.compile("(?m)^```sh\\n([\\s\\S]*?)^```$");

  @TempDir Path folder;

  private static List<String> blocks() throws IOException {
    Path page = Path.of("docs/tls.md");
    if (!Files.exists(page)) {
      page = Path.of("../docs/tls.md");
    }
    return BLOCK.matcher(Files.readString(page)).results().map(block -> block.group(1)).toList();
  }

  private String run(String script) throws Exception {
    Process shell =
        new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    shell.getOutputStream().close();
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor()).as(script + said).isZero();
    return said;
  }

  /** As on the page, with files in the folder of the test and another port. */
  private String[] arguments(String block, int port) {
    var all = new ArrayList<String>();
    for (String word : block.replace("\\\n", " ").strip().split("\\s+", -1)) {
      Path file = folder.resolve(word);
      all.add(Files.isRegularFile(file) ? file.toString() : word.replace(":7443", ":" + port));
    }
    return all.subList(1, all.size()).toArray(String[]::new);
  }

  @Test
  @DisplayName(
      "P.51 certificates by openssl, remuda serve, remuda call, and a client that is removed")
  void thePage() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
    List<String> commands = new ArrayList<>();
    for (String block : blocks()) {
      if (block.startsWith("remuda ")) {
        commands.add(block);
      } else {
        run(block);
      }
    }
    assertThat(commands).hasSize(2);
    assertThat(Files.readString(folder.resolve("allowed")))
        .matches("# who may call\nCN=billing\nsha256:[0-9A-F:]{95}\n");
    try (Command server = Command.start(arguments(commands.getFirst(), 0))) {
      server.awaitOut("ready: tls:localhost:");
      int port = Integer.parseInt(server.out().strip().replaceFirst(".*:", ""));
      Command.Ended answered = Command.run(arguments(commands.get(1), port));
      assertThat(answered.err()).isEmpty();
      assertThat(answered.out()).isEqualTo("[1,2,3]\n");

      Files.writeString(folder.resolve("allowed"), "CN=somebody else\n");
      try (Command call = Command.start(arguments(commands.get(1), port))) {
        call.awaitErr("the other side refused our certificate");
      }
      server.awaitErr("is not listed in ");

      Command.run("call", "tls:localhost:" + port, "echo", "--cert", folder + "/client.pem")
          .complains(2, "--cert, --key and --ca belong together; missing: --key PEM, --ca PEM");
      Command.run("call", "tls:localhost:" + port, "echo")
          .complains(2, "needs --cert, --key and --ca");
    }
  }
}
