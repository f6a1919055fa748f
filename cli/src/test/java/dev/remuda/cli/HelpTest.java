package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "demo", "serve", "call"})
  void helpOfEachCommandFitsOnTheScreenAndHasExamples(String command) {
    Command.Ended help =
        command.isEmpty() ? Command.runAlone("--help") : Command.run(command, "--help");
    assertThat(help.status()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out()).contains("Examples:", "remuda " + command, "--verbose");
    assertThat(help.out()).as("the exit status").containsIgnoringCase("exit");
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
    assertThat(help.out()).as("no colours but on a terminal").doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"status", "workers", "dump", "events", "kill", "retire", "reload", "drain"})
  @DisplayName("P.18 each command about a running server explains itself")
  void helpOfTheControlCommands(String command) {
    var out = new StringWriter();
    int status = Main.commandLine().setOut(new PrintWriter(out)).execute(command, "--help");
    assertThat(status).isZero();
    assertThat(out.toString())
        .contains(
            "Usage: remuda " + command + " ADDR", "Examples:", "  remuda " + command + " unix:")
        .contains("--timeout", "--json", "Exit status: 0 ");
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  @DisplayName("P.18 the list of commands is grouped, and leaves none out")
  void groups() {
    var out = new StringWriter();
    Main.commandLine().setOut(new PrintWriter(out)).execute("--help");
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      assertThat(out.toString())
          .containsOnlyOnce("\n  " + command + " ".repeat(9 - command.length()));
    }
    assertThat(out.toString())
        .containsSubsequence(
            "Serve and call:", "serve", "See what a running server does:", "status", "Change it:");
  }

  @Test
  void benchReadsItsOwnOptions() {
    Command.Ended help = Command.run("bench", "--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("Usage: remuda bench", "--rounds");
    Command.Ended wrong = Command.run("bench", "--rounds", "none");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("remuda bench: ", "--rounds").doesNotContain("Exception");
  }

  @Test
  void versionNamesTheBuildJavaAndSystem() {
    Command.Ended version = Command.runAlone("--version");
    assertThat(version.status()).isZero();
    assertThat(version.out())
        .matches("remuda \\d+\\.\\d+\\.\\d+\\S* \\(Java 25\\S*, Linux \\w+\\)\n");
  }

  @Test
  void helpLoadsNeitherNettyNorJackson() throws Exception {
    var java =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Xlog:class+load:stdout",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.remuda.cli.Main",
            "--help");
    try (var command = Command.start(java)) {
      assertThat(command.end().out())
          .contains("dev.remuda.cli.CallCommand")
          .doesNotContain("] io.netty.")
          .doesNotContain("] com.fasterxml.");
    }
  }

  @Test
  void noCommandIsWrongUsage() {
    Command.run().complains(2, "a command is missing", "remuda --help");
  }

  @Test
  void unknownCommandGetsASuggestion() {
    Command.runAlone("serv").complains(2, "no command 'serv'", "did you mean serve?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"demo --worker 3", "demo --workers=x", "demo --cost 3", "demo --passwords 0"})
  void wrongOptionsOfTheDemoAreNamed(String line) {
    String[] words = line.split(" ", -1);
    Command.run(words).complains(2, "remuda demo: ", "--", "remuda demo --help");
  }
}
