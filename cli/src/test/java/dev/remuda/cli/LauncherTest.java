package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root, on a source tree that is built already. */
class LauncherTest {
  @TempDir static Path home;

  @BeforeAll
  static void build() throws IOException {
    Files.copy(Path.of("..", "remuda"), home.resolve("remuda"));
    Path lib = Files.createDirectories(home.resolve("cli/target/remuda/lib"));
    int number = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path target = lib.resolve(number++ + ".jar");
      if (Files.isDirectory(Path.of(entry))) {
        jar(Path.of(entry), target);
      } else if (entry.endsWith(".jar")) {
        Files.createSymbolicLink(target, Path.of(entry));
      }
    }
  }

  private static void jar(Path classes, Path target) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        var jar = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, jar);
      }
    }
  }

  private static Command launch(String locale, String... arguments) {
    var builder =
        new ProcessBuilder(
            Stream.concat(Stream.of("bash", home + "/remuda"), Stream.of(arguments)).toList());
    builder.environment().put("REMUDA_NO_BUILD", "1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return Command.start(builder, locale);
  }

  private static List<String> commandLine(long pid) throws IOException {
    return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1));
  }

  @Test
  @DisplayName("P.37 ps shows a server and its workers by name")
  void names() throws IOException {
    String address = "unix:" + home.resolve("a.sock");
    String echo = "dev.remuda.examples.Echo";
    try (var named =
            launch("C.UTF-8", "serve", "--listen", address, "--class", echo, "--name", "herd");
        var other = launch("C.UTF-8", "serve", "--listen=tcp:127.0.0.1:0", "--class=" + echo)) {
      named.awaitOut("ready: ");
      other.awaitOut("ready: ");
      assertThat(commandLine(named.pid())).startsWith("remuda-server: herd");
      assertThat(commandLine(other.pid())).startsWith("remuda-server: Echo");
      assertThat(commandLine(named.children().getFirst().pid()))
          .startsWith("remuda-worker: herd(1)");
    }
  }

  @Test
  void argumentsBeyondAsciiArriveWhateverTheLocale() {
    String address = "unix:" + home.resolve("b.sock");
    try (var server =
            launch("C", "serve", "--listen", address, "--class", "dev.remuda.examples.Echo");
        var call = launch("POSIX", "call", address, "echo", "\"λ\"")) {
      assertThat(call.end().out()).isEqualTo("[\"λ\"]\n");
      server.awaitOut("ready: ");
    }
  }

  @Test
  @DisplayName("P.37 a service has no HOME, and needs none")
  void withoutHome() {
    var builder = new ProcessBuilder("bash", home + "/remuda", "--version");
    builder.environment().keySet().removeAll(List.of("HOME", "JAVA_HOME"));
    builder.environment().put("REMUDA_NO_BUILD", "1");
    builder.environment().put("JAVA25_HOME", System.getProperty("java.home"));
    Command.Ended ended = Command.start(builder, "C.UTF-8").end();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isZero();
  }
}
