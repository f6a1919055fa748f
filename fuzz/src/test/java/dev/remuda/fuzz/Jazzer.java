package dev.remuda.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The fuzzer in a process of its own, with a small heap, and what it has found. */
final class Jazzer {
  private static final int START_AND_END_SECONDS = 300;

  private final Target target;
  private final Path work;

  Jazzer(Target target) {
    this.target = target;
    this.work = Path.of("target/fuzz", target.folder());
  }

  /** Looks for so long for inputs that take new ways; what it said. */
  String look(int seconds, Path kept) throws IOException, InterruptedException {
    Path found = Files.createDirectories(work.resolve("found"));
    return run(
        "look",
        seconds,
        "-max_total_time=" + seconds,
        "-max_len=4096",
        "-timeout=60",
        "-print_final_stats=1",
        found.toString(),
        kept.toString());
  }

  /** Adds what was found to a folder, as far as it takes ways that nothing there takes. */
  void keep(Path kept) throws IOException, InterruptedException {
    run("keep", 0, "-merge=1", kept.toString(), work.resolve("found").toString());
  }

  private String run(String what, int seconds, String... options)
      throws IOException, InterruptedException {
    var words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.program(),
                "--instrumentation_includes=dev.remuda.**:com.fasterxml.jackson.core.**",
                "--reproducer_path=" + work,
                "-rss_limit_mb=2048",
                "-artifact_prefix=" + work + "/"));
    words.addAll(List.of(options));
    Path log = work.resolve(what + ".log");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(seconds + START_AND_END_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String said = Files.readString(log, StandardCharsets.ISO_8859_1);
    assertThat(ended).as("it ended by itself: %s", said).isTrue();
    assertThat(process.exitValue()).as("see %s: %s", log, said).isZero();
    return said;
  }
}
