package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The functions of libc, with C's own signatures. Each takes a segment from {@link #state} first,
 * where {@link #errno} finds the error number; linked on first use. Segments must be native.
 */
@SuppressWarnings("restricted")
final class Libc {

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();

  /** The only thing that Linux has in the call state. */
  private static final long ERRNO = 0;

  /**
   * One shape for all functions, since each shape costs milliseconds to link at start. In the
   * calling conventions of x86-64 and aarch64 integers and pointers travel alike in whole
   * registers, the callee looks at as many bits and arguments as it has, and variadic functions are
   * no different.
   */
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle SOCKET = link("socket");
  private static final MethodHandle BIND = link("bind");
  private static final MethodHandle LISTEN = link("listen");
  private static final MethodHandle ACCEPT4 = link("accept4");
  private static final MethodHandle CONNECT = link("connect");
  private static final MethodHandle SHUTDOWN = link("shutdown");
  private static final MethodHandle SENDMSG = link("sendmsg");
  private static final MethodHandle RECVMSG = link("recvmsg");
  private static final MethodHandle SETSOCKOPT = link("setsockopt");
  private static final MethodHandle GETSOCKOPT = link("getsockopt");
  private static final MethodHandle GETSOCKNAME = link("getsockname");
  private static final MethodHandle FCHMOD = link("fchmod");
  private static final MethodHandle CHMOD = link("chmod");
  private static final MethodHandle OPEN = link("open");
  private static final MethodHandle FLOCK = link("flock");
  private static final MethodHandle FTRUNCATE = link("ftruncate");
  private static final MethodHandle PWRITE = link("pwrite");
  private static final MethodHandle FCNTL = link("fcntl");
  private static final MethodHandle PIPE2 = link("pipe2");
  private static final MethodHandle CLOSE = link("close");
  private static final MethodHandle READ = link("read");
  private static final MethodHandle WRITE = link("write");
  private static final MethodHandle POLL = link("poll");
  private static final MethodHandle EVENTFD = link("eventfd");
  private static final MethodHandle EPOLL_CREATE1 = link("epoll_create1");
  private static final MethodHandle EPOLL_CTL = link("epoll_ctl");
  private static final MethodHandle EPOLL_WAIT = link("epoll_wait");
  private static final MethodHandle KILL = link("kill");
  private static final MethodHandle WAITID = link("waitid");
  private static final MethodHandle WAIT4 = link("wait4");
  private static final MethodHandle SIGNAL = link("signal");
  private static final MethodHandle GETEUID = link("geteuid");
  private static final MethodHandle SYSCALL = link("syscall");

  private Libc() {}

  /** Room for one call's error number. */
  static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  static int errno(MemorySegment state) {
    return state.get(JAVA_INT, ERRNO);
  }

  static int socket(MemorySegment state, int domain, int type, int protocol) {
    return (int) call(SOCKET, state, domain, type, protocol);
  }

  static int bind(MemorySegment state, int fd, MemorySegment address, int length) {
    return (int) call(BIND, state, fd, address.address(), length);
  }

  static int listen(MemorySegment state, int fd, int backlog) {
    return (int) call(LISTEN, state, fd, backlog);
  }

  /** Does not ask who connects. */
  static int accept4(MemorySegment state, int fd, int flags) {
    return (int) call(ACCEPT4, state, fd, 0, 0, flags);
  }

  static int connect(MemorySegment state, int fd, MemorySegment address, int length) {
    return (int) call(CONNECT, state, fd, address.address(), length);
  }

  static int shutdown(MemorySegment state, int fd, int how) {
    return (int) call(SHUTDOWN, state, fd, how);
  }

  static long sendmsg(MemorySegment state, int fd, MemorySegment message, int flags) {
    return call(SENDMSG, state, fd, message.address(), flags);
  }

  static long recvmsg(MemorySegment state, int fd, MemorySegment message, int flags) {
    return call(RECVMSG, state, fd, message.address(), flags);
  }

  static int setsockopt(
      MemorySegment state, int fd, int level, int option, MemorySegment value, int length) {
    return (int) call(SETSOCKOPT, state, fd, level, option, value.address(), length);
  }

  static int getsockopt(
      MemorySegment state,
      int fd,
      int level,
      int option,
      MemorySegment value,
      MemorySegment length) {
    return (int) call(GETSOCKOPT, state, fd, level, option, value.address(), length.address());
  }

  static int getsockname(MemorySegment state, int fd, MemorySegment address, MemorySegment length) {
    return (int) call(GETSOCKNAME, state, fd, address.address(), length.address());
  }

  static int fchmod(MemorySegment state, int fd, int mode) {
    return (int) call(FCHMOD, state, fd, mode);
  }

  static int chmod(MemorySegment state, MemorySegment path, int mode) {
    return (int) call(CHMOD, state, path.address(), mode);
  }

  static int open(MemorySegment state, MemorySegment path, int flags, int mode) {
    return (int) call(OPEN, state, path.address(), flags, mode);
  }

  static int flock(MemorySegment state, int fd, int operation) {
    return (int) call(FLOCK, state, fd, operation);
  }

  static int ftruncate(MemorySegment state, int fd, long length) {
    return (int) call(FTRUNCATE, state, fd, length);
  }

  static long pwrite(MemorySegment state, int fd, MemorySegment bytes, long count, long offset) {
    return call(PWRITE, state, fd, bytes.address(), count, offset);
  }

  static int fcntl(MemorySegment state, int fd, int command, int argument) {
    return (int) call(FCNTL, state, fd, command, argument);
  }

  static int pipe2(MemorySegment state, MemorySegment ends, int flags) {
    return (int) call(PIPE2, state, ends.address(), flags);
  }

  static int close(MemorySegment state, int fd) {
    return (int) call(CLOSE, state, fd);
  }

  static long read(MemorySegment state, int fd, MemorySegment buffer, long count) {
    return call(READ, state, fd, buffer.address(), count);
  }

  static long write(MemorySegment state, int fd, MemorySegment buffer, long count) {
    return call(WRITE, state, fd, buffer.address(), count);
  }

  static int poll(MemorySegment state, MemorySegment descriptors, long count, int timeoutMillis) {
    return (int) call(POLL, state, descriptors.address(), count, timeoutMillis);
  }

  static int eventfd(MemorySegment state, int initial, int flags) {
    return (int) call(EVENTFD, state, initial, flags);
  }

  static int epollCreate1(MemorySegment state, int flags) {
    return (int) call(EPOLL_CREATE1, state, flags);
  }

  static int epollCtl(MemorySegment state, int epoll, int operation, int fd, MemorySegment event) {
    return (int) call(EPOLL_CTL, state, epoll, operation, fd, event.address());
  }

  static int epollWait(
      MemorySegment state, int epoll, MemorySegment events, int capacity, int timeoutMillis) {
    return (int) call(EPOLL_WAIT, state, epoll, events.address(), capacity, timeoutMillis);
  }

  static int kill(MemorySegment state, int pid, int signal) {
    return (int) call(KILL, state, pid, signal);
  }

  static int waitid(MemorySegment state, int idType, int id, MemorySegment info, int options) {
    return (int) call(WAITID, state, idType, id, info.address(), options);
  }

  static int wait4(
      MemorySegment state, int pid, MemorySegment status, int options, MemorySegment usage) {
    return (int) call(WAIT4, state, pid, status.address(), options, usage.address());
  }

  static long signal(MemorySegment state, int signal, MemorySegment handler) {
    return call(SIGNAL, state, signal, handler.address());
  }

  static int geteuid(MemorySegment state) {
    return (int) call(GETEUID, state, 0);
  }

  /** For system calls that libc has no function for everywhere. */
  static long syscall(MemorySegment state, long number, long first, long second, long third) {
    return call(SYSCALL, state, number, first, second, third);
  }

  static Optional<MemorySegment> find(String name) {
    return LINKER.defaultLookup().find(name);
  }

  static MethodHandle link(String name) {
    MemorySegment function =
        find(name)
            .orElseThrow(() ->
                new UnsupportedOperationException(
                    "this libc has no %s: glibc 2.29 or musl 1.1.24 is needed".formatted(name)));
    return LINKER.downcallHandle(function, SHAPE, Linker.Option.captureCallState("errno"));
  }

  static long call(MethodHandle function, MemorySegment state, long a) {
    return call(function, state, a, 0, 0, 0, 0, 0);
  }

  static long call(MethodHandle function, MemorySegment state, long a, long b) {
    return call(function, state, a, b, 0, 0, 0, 0);
  }

  static long call(MethodHandle function, MemorySegment state, long a, long b, long c) {
    return call(function, state, a, b, c, 0, 0, 0);
  }

  static long call(MethodHandle function, MemorySegment state, long a, long b, long c, long d) {
    return call(function, state, a, b, c, d, 0, 0);
  }

  static long call(
      MethodHandle function, MemorySegment state, long a, long b, long c, long d, long e) {
    return call(function, state, a, b, c, d, e, 0);
  }

  static long call(
      MethodHandle function, MemorySegment state, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) function.invokeExact(state, a, b, c, d, e, f);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }
}
