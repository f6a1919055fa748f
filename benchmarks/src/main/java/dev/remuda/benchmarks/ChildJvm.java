package dev.remuda.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JVM that measures, apart from this one: it is started under {@code taskset}, so that it and the
 * workers that it starts inherit the cores. It stays for all rounds, warm, and answers each line
 * with one number.
 */
final class ChildJvm implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final Process process;
  private final BufferedWriter questions;
  private final BufferedReader answers;

  ChildJvm(List<String> prefix, Class<?> main, List<String> arguments) throws IOException {
    var command = new ArrayList<>(prefix);
    command.addAll(command(main));
    command.addAll(arguments);
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    questions = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** A JVM like this one. */
  static List<String> command(Class<?> main) {
    return List.of(
        java(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+UseSerialGC",
        "-cp",
        classPath(),
        main.getName());
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static String classPath() {
    return Stream.of("java.class.path", "jdk.module.path")
        .map(property -> System.getProperty(property, ""))
        .filter(path -> !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Blocks until the child has measured; what it gives is in nanoseconds or in calls a second. */
  double ask(Object... words) throws IOException {
    questions.write(Stream.of(words).map(Object::toString).collect(Collectors.joining(" ")));
    questions.newLine();
    questions.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the measuring process has ended; its last words are above");
    }
    return Double.parseDouble(answer);
  }

  /** The end of its input ends it, and with it its workers. */
  @Override
  public void close() {
    try {
      questions.close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      answers.close();
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
