package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code PATH.lock} beside a unix socket, locked as long as its server lives: who holds it
 * may unlink the socket's path and bind it anew. It holds the owner's pid, for messages only; the
 * kernel frees the lock when the process ends, in whatever way.
 *
 * <p>By flock, not by {@link java.nio.channels.FileLock}: the latter's POSIX lock is lost when
 * anything in this JVM opens and closes the file.
 */
final class SocketLock implements AutoCloseable {

  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_NOFOLLOW = Platform.X86_64 ? 0x20000 : 0x8000;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final int MODE = 0600;

  private final Path socket;
  private final Path path;

  @GuardedBy("this")
  private int fd;

  @GuardedBy("this")
  private boolean closed;

  private SocketLock(Path socket, Path path, int fd) {
    this.socket = socket;
    this.path = path;
    this.fd = fd;
  }

  /**
   * Takes the lock without waiting.
   *
   * @throws SocketInUseException when another process, or another owner in this one, holds it
   */
  static SocketLock acquire(Path socketPath) throws IOException {
    Path path = socketPath.resolveSibling(socketPath.getFileName() + ".lock");
    SocketLock lock;
    do {
      lock = tryAcquire(socketPath, path);
    } while (lock == null);
    return lock;
  }

  /**
   * Takes a share in the lock that another process holds and has handed over: it is free only when
   * both have closed it.
   */
  static SocketLock share(Path socketPath, int fd) throws IOException {
    Path path = socketPath.resolveSibling(socketPath.getFileName() + ".lock");
    if (!isNamed(path, fd) || !lock(fd, path)) {
      throw new IOException("what was handed over is not the lock " + path);
    }
    return new SocketLock(socketPath, path, fd);
  }

  /**
   * Makes the file anew that somebody has removed.
   *
   * @throws SocketInUseException when another server has done that meanwhile
   */
  synchronized void makeAnew() throws IOException {
    if (!closed) {
      int lost = fd;
      fd = acquire(socket).fd();
      Linux.close(lost);
    }
  }

  /** What may be handed over. */
  synchronized int fd() {
    return fd;
  }

  /** False once somebody has removed its file: the next server that came would not see it. */
  synchronized boolean isHeld() throws IOException {
    return !closed && isNamed(path, fd);
  }

  /** Writes into the file that this process is the owner. */
  synchronized void claim() throws LinuxException {
    writePid(fd, path);
  }

  /** The lock file. */
  Path path() {
    return path;
  }

  /** Null when the file was removed by its last holder between our steps. */
  private static @Nullable SocketLock tryAcquire(Path socketPath, Path path) throws IOException {
    int fd = open(path);
    boolean keep = false;
    try {
      boolean locked = lock(fd, path);
      if (isNamed(path, fd)) {
        if (!locked) {
          throw new SocketInUseException(socketPath, readPid(path));
        }
        try {
          writePid(fd, path);
        } catch (LinuxException e) {
          Files.delete(path); // the disk is full: nothing of us stays on it
          throw e;
        }
        keep = true;
      }
    } finally {
      if (!keep) {
        Linux.close(fd);
      }
    }
    return keep ? new SocketLock(socketPath, path, fd) : null;
  }

  private static int open(Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment name = NativeStrings.allocate(arena, path.toString());
      int fd = Libc.open(state, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
      return Linux.check(state, fd, "open " + path);
    }
  }

  private static boolean lock(int fd, Path path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      int result = Libc.flock(state, fd, LOCK_EX | LOCK_NB);
      if (result < 0 && Libc.errno(state) == Errno.EAGAIN) {
        return false;
      }
      Linux.check(state, result, "flock " + path);
      return true;
    }
  }

  /** Whether the path still leads to the file that we have open, and not to a successor. */
  private static boolean isNamed(Path path, int fd) throws IOException {
    Object ours = fileKey(Path.of("/proc/self/fd/" + fd));
    try {
      return fileKey(path).equals(ours);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private static void writePid(int fd, Path path) throws LinuxException {
    byte[] line = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, line);
      // At 0: the position is shared with the one who handed it over.
      long count = Libc.pwrite(state, fd, bytes, line.length, 0);
      Linux.check(state, (int) count, "write " + path);
      Linux.check(state, Libc.ftruncate(state, fd, line.length), "ftruncate " + path);
    }
  }

  private static long readPid(Path path) {
    try {
      return Long.parseLong(Files.readString(path, StandardCharsets.US_ASCII).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /** Leaves file and lock to those who share it. */
  synchronized void leave() throws LinuxException {
    if (!closed) {
      closed = true;
      Linux.close(fd);
    }
  }

  /** Removes the file, then frees the lock: whoever opened it before sees that it is gone. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (isNamed(path, fd)) {
        Files.delete(path);
      }
    } finally {
      Linux.close(fd);
    }
  }
}
