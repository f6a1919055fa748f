package dev.remuda.server;

import java.io.IOException;
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
  private static final String NAME = "s";

  /** A younger one that has no owner yet may be in the making. */
  private static final Duration LONGEST_MAKING = Duration.ofMinutes(1);

  /** What it is for, as its folder is called. */
  enum Purpose {
    TLS("remuda-tls-"),
    TRAINING("remuda-train-");

    private final String prefix;

    Purpose(String prefix) {
      this.prefix = prefix;
    }
  }

  private PrivateSocket() {}

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Makes the folder; whoever listens there holds the lock beside the socket. */
  static Path create(Purpose purpose) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    return Files.createTempDirectory(temporary(), purpose.prefix, ownerOnly).resolve(NAME);
  }

  /** Removes those that servers which were killed have left. */
  static void removeDead() throws IOException {
    for (Purpose purpose : Purpose.values()) {
      try (var folders = Files.newDirectoryStream(temporary(), purpose.prefix + "*")) {
        folders.forEach(PrivateSocket::removeIfDead);
      }
    }
  }

  private static boolean mayBeInTheMaking(Path folder) throws IOException {
    Path lock = folder.resolve(NAME + ".lock");
    boolean hadOwner = Files.exists(lock) && Files.size(lock) > 0;
    Instant young = Instant.now().minus(LONGEST_MAKING);
    return !hadOwner && Files.getLastModifiedTime(folder).toInstant().isAfter(young);
  }

  private static void removeIfDead(Path folder) {
    try {
      if (mayBeInTheMaking(folder)) {
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
