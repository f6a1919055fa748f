package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays the conversations of docs/protocol.md with real workers: those that the opening line of a
 * block names, such as {@code ```wire jvm python}.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProtocolPageTest {
  private static final String OPENING = "```wire";

  /** What the page has for each number that is another one at each run. */
  private static final Object ANY_PID = 4711L;

  /** Lines of one block, and the number of its first line on the page. */
  private record Conversation(int at, List<ExampleKind> workers, List<String> lines) {}

  @TempDir private Path folder;

  @TestFactory
  @DisplayName("P.11 the conversations of docs/protocol.md go so with real workers")
  Stream<DynamicTest> conversations() throws IOException {
    List<Conversation> all = read(ProjectFiles.root().resolve("docs/protocol.md"));
    assertThat(all).hasSizeGreaterThan(6);
    return all.stream().flatMap(this::tests);
  }

  private Stream<DynamicTest> tests(Conversation conversation) {
    return conversation.workers.stream()
        .map(kind ->
            dynamicTest("line " + conversation.at + ": " + kind, () -> play(conversation, kind)));
  }

  private static List<Conversation> read(Path page) throws IOException {
    var all = new ArrayList<Conversation>();
    List<String> lines = Files.readAllLines(page);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(OPENING)) {
        int end = i + lines.subList(i, lines.size()).indexOf("```");
        all.add(
            new Conversation(
                i + 2,
                workers(lines.get(i).substring(OPENING.length())),
                List.copyOf(lines.subList(i + 1, end))));
      }
    }
    return all;
  }

  private static List<ExampleKind> workers(String names) {
    return Stream.of(names.strip().split(" +", -1))
        .filter(name -> !name.isEmpty())
        .map(name -> ExampleKind.valueOf(name.toUpperCase(Locale.ROOT)))
        .toList();
  }

  private void play(Conversation conversation, ExampleKind kind) throws Exception {
    Path socket = folder.resolve(kind + "-" + conversation.at + ".sock");
    try (TaskServer server = kind.serving().listen("unix:" + socket).start();
        RawConnection connection = new RawConnection(socket)) {
      assertThat(server.addresses()).hasSize(1);
      for (String line : conversation.lines) {
        String message = line.substring(4);
        if (line.startsWith("C→W ")) {
          connection.send(message);
        } else {
          var came = connection.next();
          assertThat(came).as(line).isNotNull();
          assertSame(RawConnection.whole(came), expected(message));
        }
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Object> expected(String message) {
    return (List<Object>) dev.remuda.protocol.JsonText.read(message);
  }

  private static void assertSame(List<Object> came, List<Object> expected) {
    assertThat(came).hasSameSizeAs(expected);
    assertThat(came.getFirst()).as("%s", came).isEqualTo(expected.getFirst());
    assertThat(comparable(came.get(1))).as("%s", came).isEqualTo(comparable(expected.get(1)));
    for (int i = 2; i < came.size(); i++) {
      if (expected.getFirst().equals("er")) {
        // Each language has its own words around those that the call gave.
        assertThat(came.get(i).toString()).contains(expected.get(i).toString());
      } else if (expected.get(i).equals(ANY_PID)) {
        assertThat(came.get(i)).isInstanceOf(Long.class);
      } else {
        assertThat(came.get(i)).isEqualTo(expected.get(i));
      }
    }
  }

  /** META without what is another at each run or for each worker. */
  private static Map<String, Object> comparable(Object meta) {
    var entries = new LinkedHashMap<String, Object>();
    ((Map<?, ?>) meta).forEach((key, value) -> entries.put((String) key, value));
    entries.computeIfPresent("w", (key, hello) -> keysOf((Map<?, ?>) hello));
    // The abort may come before the call has begun: what is running then is another's test.
    entries.computeIfPresent("dump", (key, dump) -> !dump.toString().isBlank());
    entries.computeIfPresent("ex", (key, failure) -> withoutLines((Map<?, ?>) failure));
    return entries;
  }

  /** Whether a worker knows of a control address depends on its server. */
  private static List<?> keysOf(Map<?, ?> hello) {
    return hello.keySet().stream().filter(key -> !key.equals("ctl")).sorted().toList();
  }

  private static Map<Object, Object> withoutLines(Map<?, ?> failure) {
    var same = new LinkedHashMap<Object, Object>(failure);
    same.computeIfPresent("frames", (key, frames) -> withoutLines((List<?>) frames));
    return same;
  }

  private static List<?> withoutLines(List<?> frames) {
    return frames.stream().map(frame -> ((List<?>) frame).subList(0, 3)).toList();
  }
}
