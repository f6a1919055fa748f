package dev.remuda;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder of one pool's socket, for its owner only. Removed when the pool closes; those that a
 * killed JVM left behind are removed by the next pool of the same user, which knows them by their
 * free lock.
 */
final class PrivateFolder {
  private static final System.Logger LOG = System.getLogger("dev.remuda");
  private static final String PREFIX = "remuda-pool-";
  private static final String ALIVE = "alive";

  /** This JVM's own: to open and close their lock files here would free the locks. */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel alive;

  private PrivateFolder(Path path, FileChannel alive) {
    this.path = path;
    this.alive = alive;
  }

  static PrivateFolder create() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    removeDead(parent);
    Path path =
        Files.createTempDirectory(
            parent,
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    OURS.add(path);
    // Locked before it has its name: another JVM's sweep must never find it free.
    Path unnamed = path.resolve(ALIVE + ".new");
    FileChannel alive =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    alive.lock();
    Files.move(unnamed, path.resolve(ALIVE), StandardCopyOption.ATOMIC_MOVE);
    return new PrivateFolder(path, alive);
  }

  Address address() {
    return new Address.Unix(socket());
  }

  Path socket() {
    return path.resolve("pool.sock");
  }

  /** Closing twice is closing once. */
  synchronized void close() {
    if (!alive.isOpen()) {
      return;
    }
    try {
      alive.close();
      remove(path);
      OURS.remove(path);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot remove " + path + ": " + e);
    }
  }

  private static void removeDead(Path parent) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        removeIfDead(folder);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot look for dead pools in {0}: {1}", parent, e);
    }
  }

  /** One that is just being made has no lock file yet, and another user's cannot be opened. */
  private static void removeIfDead(Path folder) {
    Path alive = folder.resolve(ALIVE);
    if (OURS.contains(folder) || !Files.isRegularFile(alive, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(alive, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        remove(folder);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} is left alone: {1}", folder, e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
