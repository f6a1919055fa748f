package dev.remuda.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The folder where crashing workers' JVMs leave their reports: one a user, the newest kept. */
final class CrashReports {
  private static final int KEPT = 20;

  private CrashReports() {}

  static Path defaultFolder() {
    return Path.of(System.getProperty("java.io.tmpdir"))
        .resolve("remuda-crashes-" + System.getProperty("user.name"));
  }

  /** Makes the folder, for its owner only, and removes all but the newest reports. */
  static void prepare(Path folder) throws IOException {
    try {
      make(folder);
      requireOwn(folder);
      removeOld(folder);
    } catch (FileSystemException e) { // whose message is a path, and nothing else
      throw new IOException("cannot keep crash reports in " + folder + ": " + e, e);
    }
  }

  private static void make(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /**
   * A report holds the worker's environment, and whoever owns the folder can read or replace it.
   */
  private static void requireOwn(Path folder) throws IOException {
    int owner = (Integer) Files.getAttribute(folder, "unix:uid");
    if (owner != Linux.ownUid()) {
      throw new IOException(
          "crash reports are not kept in "
              + folder
              + ": it belongs to another user, number "
              + owner);
    }
  }

  private static void removeOld(Path folder) throws IOException {
    List<Path> reports = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "hs_err_pid*.log")) {
      files.forEach(reports::add);
    }
    reports.sort(Comparator.comparingLong(CrashReports::modified).reversed());
    for (Path old : reports.subList(Math.min(KEPT, reports.size()), reports.size())) {
      Files.deleteIfExists(old);
    }
  }

  private static long modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
