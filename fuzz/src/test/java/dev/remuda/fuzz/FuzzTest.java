package dev.remuda.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was found by fuzzing is tried again in each build; with {@code -Plong} more is looked for,
 * {@code -Dremuda.fuzz.seconds=N} for each target, and with {@code -Dremuda.fuzz.keep=true} kept.
 */
class FuzzTest {
  private static final int SECONDS = Integer.getInteger("remuda.fuzz.seconds", 30);

  /** Whoever sends a byte has at most so many allocated; a number of ten bytes may have 10,000. */
  private static final long BYTES_EACH = 20_000;

  private static final long BYTES_ANYWAY = 4 << 20;

  @ParameterizedTest
  @EnumSource(Target.class)
  @DisplayName("P.53 D.15 D.33 all that fuzzing has found is read or refused, in bounded memory")
  void corpus(Target target) throws IOException {
    List<Path> inputs;
    try (Stream<Path> files = Files.list(folder(target))) {
      inputs = files.sorted().toList();
    }
    assertThat(inputs).hasSizeGreaterThan(5);
    target.run(new byte[0]);
    for (Path input : inputs) {
      byte[] bytes = Files.readAllBytes(input);
      // The first time classes are loaded too.
      target.run(bytes);
      long before = allocated();
      target.run(bytes);
      assertThat(allocated() - before)
          .as("bytes allocated for %s of %d bytes", input, bytes.length)
          .isLessThan(BYTES_ANYWAY + BYTES_EACH * bytes.length);
    }
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  @Tag("long")
  @DisplayName("P.53 D.15 D.33 fuzzing finds no crash, no hang and no memory beyond a small heap")
  void fuzz(Target target) throws Exception {
    var jazzer = new Jazzer(target);
    String said = jazzer.look(SECONDS, folder(target));
    assertThat(said).containsPattern("stat::number_of_executed_units: +[1-9]");
    if (Boolean.getBoolean("remuda.fuzz.keep")) {
      jazzer.keep(folder(target));
    }
  }

  private static Path folder(Target target) {
    return Path.of("src/test/resources/corpus", target.folder());
  }
}
