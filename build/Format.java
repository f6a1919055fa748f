import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.StringWrapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks or applies google-java-format on every {@code .java} file of a source tree.
 *
 * <p>{@code Format check <folder>} names the files that are not formatted and exits with 1; {@code
 * Format apply <folder>} formats them. A file that does not parse is named and exits with 1 in both
 * modes. Run by the build at the root, and by {@code ./format}.
 */
final class Format {
  private static final Set<String> SKIPPED = Set.of("target", "node_modules");

  private record Outcome(Path file, boolean changed, String problem) {}

  private Format() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2 || !Set.of("check", "apply").contains(args[0])) {
      System.err.println("usage: Format check|apply <folder>");
      System.exit(2);
    }
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]).toAbsolutePath().normalize();
    List<Path> sources = sources(root);
    List<Outcome> outcomes =
        sources.parallelStream().map(file -> format(file, apply)).filter(Format::notable).toList();
    outcomes.forEach(outcome -> report(root, outcome, apply));
    boolean failed = outcomes.stream().anyMatch(outcome -> !apply || !outcome.problem().isEmpty());
    if (failed) {
      System.err.println(outcomes.size() + " of " + sources.size() + " files; to mend: ./format");
    }
    System.exit(failed ? 1 : 0);
  }

  private static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skipped = SKIPPED.contains(name) || name.startsWith(".");
            return skipped && !folder.equals(root)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }

  private static Outcome format(Path file, boolean apply) {
    try {
      String before = Files.readString(file);
      Formatter formatter = new Formatter();
      String after = StringWrapper.wrap(formatter.formatSourceAndFixImports(before), formatter);
      boolean changed = !after.equals(before);
      if (changed && apply) {
        Files.writeString(file, after);
      }
      return new Outcome(file, changed, "");
    } catch (FormatterException e) {
      return new Outcome(file, false, e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean notable(Outcome outcome) {
    return outcome.changed() || !outcome.problem().isEmpty();
  }

  private static void report(Path root, Outcome outcome, boolean apply) {
    Path file = root.relativize(outcome.file());
    if (!outcome.problem().isEmpty()) {
      System.err.println("does not parse: " + file + ": " + outcome.problem());
    } else if (apply) {
      System.out.println("formatted: " + file);
    } else {
      System.err.println("not formatted: " + file);
    }
  }
}
