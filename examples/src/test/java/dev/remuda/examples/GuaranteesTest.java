package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Nothing is promised in docs/guarantees.md that no test shows. */
class GuaranteesTest {
  private static final Pattern PROMISE =
      Pattern.compile("(?m)^\\| ([A-Z]\\.\\d+) \\|.*\\| (.*) \\|$");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  @DisplayName("each promise names tests that exist and have its number")
  void eachPromiseNamesTestsThatHaveItsNumber() throws IOException {
    Map<String, String> tests = tests();
    var promises =
        PROMISE.matcher(Files.readString(ProjectFiles.root().resolve("docs/guarantees.md")));
    int count = 0;
    while (promises.find()) {
      String number = promises.group(1);
      var named = TEST.matcher(promises.group(2));
      assertThat(named.find()).as("a test for %s", number).isTrue();
      do {
        assertThat(tests).as("named for %s", number).containsKey(named.group(1));
        assertThat(tests.get(named.group(1)))
            .as("%s, named for %s", named.group(1), number)
            .containsPattern("\\b" + Pattern.quote(number) + "\\b");
        count++;
      } while (named.find());
    }
    assertThat(count).isPositive();
  }

  private static Map<String, String> tests() throws IOException {
    Map<String, String> tests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(ProjectFiles.root())) {
      for (Path file : files.filter(GuaranteesTest::isTest).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        tests.put(name, Files.readString(file));
      }
    }
    return tests;
  }

  private static boolean isTest(Path file) {
    return file.toString().contains("/src/test/java/") && file.toString().endsWith("Test.java");
  }
}
