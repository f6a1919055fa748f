package dev.remuda.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;

/**
 * The place of a unix socket that only this process is to connect to: a folder of mode 0700 among
 * the temporary files.
 */
final class PrivateSocket {
  private static final String PREFIX = "remuda-tls-";
  private static final String NAME = "s";

  /** A younger one may be in the making. */
  private static final Duration MINE = Duration.ofMinutes(1);

  private PrivateSocket() {}

  /** Makes the folder, and removes those that servers which were killed have left. */
  static Path create() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> others = Files.newDirectoryStream(temporary, PREFIX + "*")) {
      for (Path other : others) {
        removeIfDead(other);
      }
    }
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    return Files.createTempDirectory(temporary, PREFIX, ownerOnly).resolve(NAME);
  }

  private static void removeIfDead(Path folder) {
    try {
      if (Files.getLastModifiedTime(folder).toInstant().isAfter(Instant.now().minus(MINE))) {
        return;
      }
      SocketLock lock = SocketLock.acquire(folder.resolve(NAME));
      Files.deleteIfExists(folder.resolve(NAME));
      lock.close();
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // It has an owner, or belongs to another user.
    }
  }

  /** Removes the folder of a socket that was removed. */
  static void remove(Path socket) throws IOException {
    Path folder = socket.getParent();
    if (folder != null) {
      Files.deleteIfExists(folder);
    }
  }
}
