package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the lock beside a socket stays held, though somebody removes its file, such as a
 * cleaner of temporary files: whoever starts next would not see that a server lives. The loop's.
 */
final class LockWatch {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  private final SocketLock lock;
  private final Path socket;

  /** Which file the socket has; null where that is not known. */
  private final @Nullable Object file;

  private boolean lost;

  /** Of a lock that is held, and of the socket that is bound beside it. */
  LockWatch(SocketLock lock, Path socket) {
    this.lock = lock;
    this.socket = socket;
    this.file = fileAt(socket);
  }

  private static @Nullable Object fileAt(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Makes the file anew where it is gone and nobody else has the socket's path. What is done, and
   * what cannot be, is logged once.
   *
   * @return why the lock cannot be had again; null while it is held
   */
  @Nullable String keep() {
    String trouble = trouble();
    if (trouble != null && !lost) {
      LOG.log(System.Logger.Level.ERROR, trouble);
    }
    lost = trouble != null;
    return trouble;
  }

  private @Nullable String trouble() {
    String removed = lock.path() + " was removed while its server lives";
    try {
      if (lock.isHeld()) {
        return null;
      }
      if (isOurs()) {
        lock.makeAnew();
      }
      if (!isOurs()) { // looked at again: another may have come and gone before we had the lock
        return removed
            + ", and "
            + socket
            + " is another's now, or gone: nobody reaches this server there; end it";
      }
    } catch (SocketInUseException e) {
      return removed + ", and now " + e.getMessage() + ": nobody reaches this one there; end it";
    } catch (IOException e) {
      return removed + ", and cannot be made anew: " + e.getMessage();
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}, by a cleaner of temporary files perhaps, which should leave it alone; it is made"
            + " anew",
        removed);
    return null;
  }

  private boolean isOurs() {
    return file == null || file.equals(fileAt(socket));
  }
}
