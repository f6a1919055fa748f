package dev.remuda.examples;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the source tree is, from whichever folder the tests are run. */
final class ProjectFiles {
  private ProjectFiles() {}

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("docs/adr"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("not inside the project's source tree");
      }
    }
    return folder;
  }
}
