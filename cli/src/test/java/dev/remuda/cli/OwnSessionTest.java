package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What keeps a terminal's Ctrl-C from commands. */
class OwnSessionTest {
  private static Command.Ended run(List<String> words) {
    try (var command = Command.start(new ProcessBuilder(words))) {
      return command.end();
    }
  }

  @Test
  @DisplayName("D.11 where setsid is found a command leads a session of its own")
  void session() {
    String script = "echo $$; cut -d ' ' -f 6 /proc/$$/stat";
    List<String> lines = run(OwnSession.of(List.of("sh", "-c", script))).out().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).isEqualTo(lines.getLast());
  }

  @Test
  @DisplayName("D.11 where it is not found a command ignores Ctrl-C, and gets all its words")
  void ignoring() {
    List<String> command = List.of("sh", "-c", "kill -INT $$; echo \"$1, alive\"", "sh", "a  'b'");
    Command.Ended ended = run(OwnSession.of(command, Optional.empty()));
    assertThat(ended.out()).isEqualTo("a  'b', alive\n");
    assertThat(ended.status()).isZero();
  }

  @Test
  @DisplayName("D.11 a program is found where a shell would find it")
  void found() {
    assertThat(OwnSession.find("sh")).hasValueSatisfying(sh -> assertThat(sh).isExecutable());
    assertThat(OwnSession.find("/bin/sh")).isPresent();
    assertThat(OwnSession.find("no-such-program")).isEmpty();
    assertThat(OwnSession.find("/no/such/program")).isEmpty();
  }
}
