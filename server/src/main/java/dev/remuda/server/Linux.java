package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the supervisor needs of Linux and the JDK does not offer: listening sockets to hand over,
 * pipes, child processes. Descriptors and process ids are plain numbers here; whoever asked for one
 * owns it. Only {@link #read} and {@link #write} on a blocking descriptor wait for anything.
 */
final class Linux {

  /** The most that a pipe takes in one piece. */
  static final int PIPE_BUF = 4096;

  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FD_CLOEXEC = 1;
  private static final short POLLIN = 1;
  private static final short POLLNVAL = 0x20;
  private static final int SYS_PIDFD_OPEN = 434;
  private static final int P_PID = 1;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x0100_0000;

  /** siginfo_t has 128 bytes, struct rusage 144 (272 in musl). */
  private static final long STRUCT_SIZE = 512;

  /** Clear of the numbers 0 to 4 that a child's own descriptors get. */
  private static final int FIRST_DESCRIPTOR = 10;

  private Linux() {}

  /**
   * Fails unless all else here can work. Call it first: a JVM prints a warning at the first native
   * call that was not enabled.
   */
  static void requireSupported() {
    Module module = Linux.class.getModule();
    Platform.require(
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        module.isNativeAccessEnabled(),
        module.isNamed() ? module.getName() : "ALL-UNNAMED");
    LinuxException.load();
  }

  /** A listening unix socket; its file never has another mode than this one, nor looser. */
  static int unixListener(Path path, int mode, int backlog) throws LinuxException {
    return Sockets.unixListener(path, mode, backlog);
  }

  /** A listening TCP socket; port 0 lets the kernel choose, {@link #port} tells which. */
  static int tcpListener(InetSocketAddress resolved, int backlog) throws LinuxException {
    return Sockets.tcpListener(resolved, backlog);
  }

  /** The local port of a TCP socket. */
  static int port(int fd) throws LinuxException {
    return Sockets.port(fd);
  }

  /**
   * The next connection that waits on a non-blocking listening socket, itself non-blocking; -1 when
   * none does.
   */
  static int accept(int fd) throws LinuxException {
    return Sockets.accept(fd);
  }

  /** A connection to a unix socket; connecting, reading and writing wait for so long each. */
  static int unixConnection(Path path, int timeoutMillis) throws LinuxException {
    return Sockets.unixConnection(path, timeoutMillis);
  }

  /** Where a stream socket listens; null for any other descriptor. */
  static @Nullable Address listening(int fd) throws LinuxException {
    return Sockets.listening(fd);
  }

  /**
   * Has a listening socket refuse all who connect from now on, whoever shares it. Those who wait in
   * its queue can still be accepted on a unix socket; on TCP they are lost.
   */
  static void refuse(int fd) throws LinuxException {
    Sockets.refuse(fd);
  }

  /** Who connected to a unix socket, as the kernel knows it. */
  static int peerUid(int fd) throws LinuxException {
    return Sockets.peerUid(fd);
  }

  /** The user that this process acts as. */
  static int ownUid() {
    try (Arena arena = Arena.ofConfined()) {
      return Libc.geteuid(Libc.state(arena));
    }
  }

  /** Starts a process and returns its id, which stays taken until {@link #reap}. */
  static long spawn(Spawn request) throws IOException {
    return PosixSpawn.spawn(request, PosixSpawn.Leftovers.BEST);
  }

  static Pipe pipe() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      check(state, Libc.pipe2(state, ends, O_CLOEXEC), "pipe2");
      int write = ends.getAtIndex(JAVA_INT, 1);
      int read;
      try {
        read = raise(ends.getAtIndex(JAVA_INT, 0));
      } catch (LinuxException e) {
        close(write);
        throw e;
      }
      return new Pipe(read, raiseOrClose(write, read));
    }
  }

  private static int raiseOrClose(int fd, int other) throws LinuxException {
    try {
      return raise(fd);
    } catch (LinuxException e) {
      close(other);
      throw e;
    }
  }

  /** Moves a descriptor out of the way of 0 to 4; the old one is closed in any case. */
  static int raise(int fd) throws LinuxException {
    if (fd >= FIRST_DESCRIPTOR) {
      return fd;
    }
    try {
      return fcntl(fd, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR, "fcntl F_DUPFD_CLOEXEC");
    } finally {
      close(fd);
    }
  }

  /** A descriptor that becomes readable when the process has ended. */
  static int pidfd(long pid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      long fd = Libc.syscall(state, SYS_PIDFD_OPEN, pid, 0, 0);
      return check(state, (int) fd, "pidfd_open " + pid);
    }
  }

  /** Whether a child of ours has ended; it is not reaped. */
  static boolean exited(long pid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment info = arena.allocate(STRUCT_SIZE, 16);
      int result = Libc.waitid(state, P_PID, toPid(pid), info, WEXITED | WNOHANG | WNOWAIT);
      check(state, result, "waitid " + pid);
      int signalNumber = info.get(JAVA_INT, 0);
      return signalNumber == Signals.SIGCHLD;
    }
  }

  /** Takes the exit status of this one child and frees its id; null while it runs. */
  static @Nullable ExitStatus reap(long pid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment status = arena.allocate(JAVA_INT);
      MemorySegment usage = arena.allocate(STRUCT_SIZE, 16);
      int reaped = Libc.wait4(state, toPid(pid), status, WNOHANG, usage);
      check(state, reaped, "wait4 " + pid);
      return reaped == 0 ? null : exitStatus(status.get(JAVA_INT, 0), usage);
    }
  }

  /** From struct rusage: ru_utime, ru_stime, ru_maxrss. */
  private static ExitStatus exitStatus(int status, MemorySegment usage) {
    return new ExitStatus(
        ExitStatus.Ending.of(status),
        timeval(usage, 0),
        timeval(usage, 16),
        usage.get(JAVA_LONG, 32));
  }

  private static Duration timeval(MemorySegment struct, long offset) {
    long seconds = struct.get(JAVA_LONG, offset);
    long microseconds = struct.get(JAVA_LONG, offset + 8);
    return Duration.ofSeconds(seconds, microseconds * 1000);
  }

  /** Signals a process group; no error when nobody is left in it. */
  static void killGroup(long pgid, int signal) throws LinuxException {
    kill(-toPid(pgid), signal, "kill group " + pgid);
  }

  /** Signals one process; no error when it is gone. */
  static void signal(long pid, int signal) throws LinuxException {
    kill(toPid(pid), signal, "kill " + pid);
  }

  private static void kill(int target, int signal, String call) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      if (Libc.kill(state, target, signal) < 0 && Libc.errno(state) != Errno.ESRCH) {
        throw new LinuxException(call + " " + Signals.name(signal), Libc.errno(state));
      }
    }
  }

  /** 0, 1 and negative numbers would mean our own group, init, or everything. */
  private static int toPid(long pid) {
    if (pid <= 1 || pid > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("not the id of a child process: " + pid);
    }
    return (int) pid;
  }

  /**
   * Reads what there is into a direct buffer.
   *
   * @return the number of bytes, 0 when there are none now, -1 at the end of the file
   */
  static int read(int fd, ByteBuffer buffer) throws LinuxException {
    if (!buffer.isDirect() || !buffer.hasRemaining()) {
      throw new IllegalArgumentException("not a direct buffer with room: " + buffer);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment room = MemorySegment.ofBuffer(buffer);
      long count;
      do {
        count = Libc.read(state, fd, room, room.byteSize());
      } while (count < 0 && Libc.errno(state) == Errno.EINTR);
      if (count < 0 && Libc.errno(state) == Errno.EAGAIN) {
        return 0;
      }
      check(state, (int) count, "read descriptor " + fd);
      buffer.position(buffer.position() + (int) count);
      return count == 0 ? -1 : (int) count;
    }
  }

  /**
   * Writes as much of a direct buffer as a non-blocking descriptor takes now.
   *
   * @return the number of bytes, 0 when it has no room
   */
  static int write(int fd, ByteBuffer buffer) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      long count = write(state, fd, MemorySegment.ofBuffer(buffer));
      if (count < 0 && Libc.errno(state) == Errno.EAGAIN) {
        return 0;
      }
      check(state, (int) count, "write descriptor " + fd);
      buffer.position(buffer.position() + (int) count);
      return (int) count;
    }
  }

  private static long write(MemorySegment state, int fd, MemorySegment bytes) {
    long count;
    do {
      count = Libc.write(state, fd, bytes, bytes.byteSize());
    } while (count < 0 && Libc.errno(state) == Errno.EINTR);
    return count;
  }

  /**
   * Writes a short message to a pipe or file, whole or not at all.
   *
   * @return false when a non-blocking pipe has no room for it now
   */
  static boolean write(int fd, byte[] message) throws LinuxException {
    if (message.length > PIPE_BUF) {
      throw new IllegalArgumentException(
          "%d bytes are written in one piece, not %d".formatted(PIPE_BUF, message.length));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, message);
      long count = write(state, fd, bytes);
      if (count < 0 && Libc.errno(state) == Errno.EAGAIN) {
        return false;
      }
      check(state, (int) count, "write descriptor " + fd);
      return true;
    }
  }

  /** Closes a descriptor. Never called twice: the number may have another owner by then. */
  static void close(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      // EINTR is not retried: on Linux the descriptor is gone already.
      if (Libc.close(state, fd) < 0 && Libc.errno(state) != Errno.EINTR) {
        throw new LinuxException("close descriptor " + fd, Libc.errno(state));
      }
    }
  }

  /** For the open file: every process that shares it is affected. */
  static void setNonBlocking(int fd) throws LinuxException {
    int flags = fcntl(fd, F_GETFL, 0, "fcntl F_GETFL");
    fcntl(fd, F_SETFL, flags | O_NONBLOCK, "fcntl F_SETFL");
  }

  /** For the open file: every process that shares it is affected. */
  static void setBlocking(int fd) throws LinuxException {
    int flags = fcntl(fd, F_GETFL, 0, "fcntl F_GETFL");
    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK, "fcntl F_SETFL");
  }

  /** Whether there is something to read now, or on a listening socket a connection to accept. */
  static boolean readable(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment pollfd = arena.allocate(8, 4);
      pollfd.set(JAVA_INT, 0, fd);
      pollfd.set(JAVA_SHORT, 4, POLLIN);
      int count;
      do {
        count = Libc.poll(state, pollfd, 1, 0);
      } while (count < 0 && Libc.errno(state) == Errno.EINTR);
      check(state, count, "poll descriptor " + fd);
      short events = pollfd.get(JAVA_SHORT, 6);
      if ((events & POLLNVAL) != 0) {
        throw new LinuxException("poll descriptor " + fd, Errno.EBADF);
      }
      return (events & POLLIN) != 0;
    }
  }

  /** For a descriptor that somebody else may be closing at this moment. */
  static void closeOnExecIfOpen(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      if (Libc.fcntl(state, fd, F_SETFD, FD_CLOEXEC) < 0 && Libc.errno(state) != Errno.EBADF) {
        throw new LinuxException("fcntl F_SETFD descriptor " + fd, Libc.errno(state));
      }
    }
  }

  private static int fcntl(int fd, int command, int argument, String call) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      return check(state, Libc.fcntl(state, fd, command, argument), call + " descriptor " + fd);
    }
  }

  /** For functions that return -1 and set errno. */
  static int check(MemorySegment state, int result, String call) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, Libc.errno(state));
    }
    return result;
  }

  /** For functions that return the error number. */
  static void check(int errno, String call) throws LinuxException {
    if (errno != 0) {
      throw new LinuxException(call, errno);
    }
  }
}
