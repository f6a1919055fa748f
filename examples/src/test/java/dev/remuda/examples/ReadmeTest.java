package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README and the docs show is what is compiled, and does what they say. */
class ReadmeTest {
  private static final Pattern FILE_BLOCK =
      Pattern.compile("(?m)^(.*)\\n\\n?```(java|text)\\n([\\s\\S]*?)^```$");
  private static final Pattern FILE_NAME = Pattern.compile("<!-- (\\S+\\.(?:java|txt)) -->");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");

  @Test
  @DisplayName("every Java block of the docs is the whole of the file that the line above it names")
  void everyBlockIsTheFileThatItNames() throws IOException {
    List<String> shown = new ArrayList<>();
    for (Path page : pages()) {
      var blocks = FILE_BLOCK.matcher(Files.readString(page));
      while (blocks.find()) {
        var name = FILE_NAME.matcher(blocks.group(1));
        if (!name.matches() && blocks.group(2).equals("text")) {
          continue; // no file
        }
        assertThat(name.matches())
            .as("%s: a file's name above the block, not: %s", page, blocks.group(1))
            .isTrue();
        Path file = ProjectFiles.root().resolve(name.group(1));
        assertThat(blocks.group(3)).as("%s shows %s", page, file).isEqualTo(Files.readString(file));
        shown.add(file.getFileName().toString());
      }
    }
    assertThat(shown).startsWith("PasswordTour.java", "LedgerTour.java");
  }

  @Test
  @DisplayName("every file that the docs link to is there")
  void everyLinkLeadsToAFile() throws IOException {
    int count = 0;
    for (Path page : pages()) {
      var links = LINK.matcher(Files.readString(page));
      while (links.find()) {
        if (!links.group(1).contains(":")) {
          assertThat(page.resolveSibling(links.group(1))).as("linked in %s", page).exists();
          count++;
        }
      }
    }
    assertThat(count).isPositive();
  }

  @Test
  @DisplayName("P.40 the first program of the README hashes in workers, blocking and not")
  void thePasswordTourRuns() throws Exception {
    try (var program = JavaProgram.start(PasswordTour.class)) {
      List<String> lines = program.lines();

      assertThat(lines).hasSize(3);
      assertThat(lines.getFirst()).matches("hashed: \\$2a\\$10\\$.{53}");
      assertThat(lines.subList(1, 3)).containsExactly("'secret' fits: true", "'guess' fits: false");
    }
  }

  @Test
  @DisplayName("the second program of the README commits one transfer and rolls the other back")
  void theLedgerTourRuns(@TempDir Path folder) throws Exception {
    try (var program = JavaProgram.start(LedgerTour.class, folder.toString())) {
      assertThat(program.lines())
          .containsExactly(
              "alice has 900",
              "bob has 1100",
              "listening on [unix:" + folder + "/ledger.sock]",
              "bob still has 1100");
    }
    assertThat(folder.resolve("ledger.sock")).doesNotExist();
    await("no worker is left")
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.allProcesses().noneMatch(each -> names(each, folder)));
  }

  private static boolean names(ProcessHandle process, Path folder) {
    return process.info().commandLine().orElse("").contains(folder.toString());
  }

  private static List<Path> pages() throws IOException {
    Path root = ProjectFiles.root();
    List<Path> pages = new ArrayList<>();
    pages.add(root.resolve("README.md"));
    try (Stream<Path> top = Files.list(root);
        Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md") && !pages.contains(file))
          .sorted()
          .toList()
          .forEach(pages::add);
    }
    return pages;
  }
}
