package dev.remuda.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** An example program in another language. */
enum Script {
  PYTHON_WORKER("python/echo_worker.py", "python3", "import sys; print(sys.executable)", "-c"),
  PYTHON_CLIENT("python/client.py", "python3", "import sys; print(sys.executable)", "-c"),
  PERL_WORKER("perl/echo_worker.pl", "perl", "use JSON::PP; print $^X", "-e");

  private static final Map<String, String> INTERPRETERS = new ConcurrentHashMap<>();

  private final String path;
  private final String language;
  private final String question;
  private final String flag;

  Script(String path, String language, String question, String flag) {
    this.path = ProjectFiles.root().resolve("examples").resolve(path).toString();
    this.language = language;
    this.question = question;
    this.flag = flag;
  }

  /** Its file. */
  String path() {
    return path;
  }

  /** How to run it; skips the running test where its language is not installed. */
  List<String> command(String... arguments) {
    var command = new ArrayList<String>();
    command.add(interpreter());
    command.add(path);
    command.addAll(List.of(arguments));
    return command;
  }

  /** The program itself, not what starts the right version of it. */
  private String interpreter() {
    return INTERPRETERS.computeIfAbsent(language, asked -> ask());
  }

  private String ask() {
    try {
      Process asked = new ProcessBuilder(language, flag, question).start();
      String answer = new String(asked.getInputStream().readAllBytes(), UTF_8).strip();
      Assumptions.assumeTrue(
          asked.waitFor() == 0, () -> "skipped: " + language + " does not work here: " + path);
      return answer;
    } catch (IOException e) {
      return Assumptions.abort("skipped: there is no " + language + " here to run " + path);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
