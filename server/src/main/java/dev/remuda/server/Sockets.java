package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Listening sockets and what they accept, as plain descriptors that workers may inherit. */
final class Sockets {

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_TYPE = 3;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SHUT_RD = 0;
  private static final int SO_KEEPALIVE = 9;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_KEEPCNT = 6;
  private static final int TCP_USER_TIMEOUT = 18;

  /** A client's host that has vanished is noticed after 15 + 3 · 5 s; its answers too. */
  private static final int[][] KEEP_ALIVE = {
    {SOL_SOCKET, SO_KEEPALIVE, 1},
    {IPPROTO_TCP, TCP_KEEPIDLE, 15},
    {IPPROTO_TCP, TCP_KEEPINTVL, 5},
    {IPPROTO_TCP, TCP_KEEPCNT, 3},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, 30_000},
  };

  /** struct ucred: pid, uid, gid. */
  private static final int UCRED_SIZE = 12;

  private static final int UCRED_UID = 4;
  private static final int SUN_PATH = 2;

  /** Who was there has gone, or somebody else was faster. */
  private static final Set<Integer> NOBODY = Set.of(Errno.EAGAIN, Errno.EINTR, Errno.ECONNABORTED);

  /** Linux takes 107, but a JDK's client refuses to connect to more than 106. */
  private static final int SUN_PATH_MAX = 106;

  private static final int SOCKADDR_UN_SIZE = 110;
  private static final int SOCKADDR_IN_SIZE = 16;
  private static final int SOCKADDR_IN6_SIZE = 28;
  private static final int SIN_PORT = 2;
  private static final int SIN_ADDR = 4;
  private static final int SIN6_ADDR = 8;
  private static final int SIN6_SCOPE_ID = 24;
  private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private Sockets() {}

  /**
   * Leaves no trace when it fails. A path that exists is never replaced: {@link SocketLock} tells
   * whether it is stale.
   */
  static int unixListener(Path path, int mode, int backlog) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = un(arena, path);
      int fd = socket(arena, AF_UNIX);
      return closeUnless(fd, () -> bindAndListen(arena, fd, address, path, mode, backlog));
    }
  }

  /** A connection on which each step waits so long and no longer. */
  static int unixConnection(Path path, int timeoutMillis) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment address = un(arena, path);
      MemorySegment timeval = arena.allocateFrom(JAVA_LONG, timeoutMillis / 1000, 0);
      timeval.setAtIndex(JAVA_LONG, 1, timeoutMillis % 1000 * 1000L);
      int fd = socket(arena, AF_UNIX);
      return closeUnless(
          fd,
          () -> {
            for (int option : new int[] {SO_RCVTIMEO, SO_SNDTIMEO}) {
              int length = (int) timeval.byteSize();
              int result = Libc.setsockopt(state, fd, SOL_SOCKET, option, timeval, length);
              Linux.check(state, result, "setsockopt timeout");
            }
            Linux.check(
                state, Libc.connect(state, fd, address, SOCKADDR_UN_SIZE), "connect " + path);
          });
    }
  }

  private static MemorySegment un(Arena arena, Path path) {
    byte[] name = socketName(path);
    MemorySegment address = arena.allocate(SOCKADDR_UN_SIZE, 8);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, address, JAVA_BYTE, SUN_PATH, name.length);
    return address;
  }

  private static byte[] socketName(Path path) {
    byte[] name = NativeStrings.encode(path.toString());
    if (name.length > SUN_PATH_MAX) {
      throw new IllegalArgumentException(
          "the path of a unix socket may have %d bytes; this one has %d: %s"
              .formatted(SUN_PATH_MAX, name.length, path));
    }
    return name;
  }

  private static void bindAndListen(
      Arena arena, int fd, MemorySegment address, Path path, int mode, int backlog)
      throws LinuxException {
    MemorySegment state = Libc.state(arena);
    // The file is made with the socket's mode less the umask: never looser, not for a moment.
    Linux.check(state, Libc.fchmod(state, fd, mode), "fchmod socket for " + path);
    Linux.check(state, Libc.bind(state, fd, address, SOCKADDR_UN_SIZE), "bind " + path);
    try {
      // Gives back what the umask took. Nobody can connect before listen.
      MemorySegment file = address.asSlice(SUN_PATH);
      Linux.check(state, Libc.chmod(state, file, mode), "chmod " + path);
      Linux.check(state, Libc.listen(state, fd, backlog), "listen " + path);
    } catch (LinuxException e) {
      unlink(path, e);
      throw e;
    }
  }

  private static void unlink(Path path, LinuxException cause) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  static int tcpListener(InetSocketAddress resolved, int backlog) throws LinuxException {
    InetAddress host = resolved.getAddress();
    if (host == null) {
      throw new IllegalArgumentException("not resolved: " + resolved);
    }
    try (Arena arena = Arena.ofConfined()) {
      boolean six = host instanceof Inet6Address;
      MemorySegment address = six ? in6(arena, resolved) : in(arena, resolved);
      int fd = socket(arena, six ? AF_INET6 : AF_INET);
      return closeUnless(fd, () -> bindAndListen(arena, fd, address, resolved, backlog));
    }
  }

  private static MemorySegment in(Arena arena, InetSocketAddress resolved) {
    MemorySegment address = arena.allocate(SOCKADDR_IN_SIZE, 8);
    address.set(JAVA_SHORT, 0, (short) AF_INET);
    fill(address, SIN_ADDR, resolved);
    return address;
  }

  private static MemorySegment in6(Arena arena, InetSocketAddress resolved) {
    MemorySegment address = arena.allocate(SOCKADDR_IN6_SIZE, 8);
    address.set(JAVA_SHORT, 0, (short) AF_INET6);
    fill(address, SIN6_ADDR, resolved);
    if (resolved.getAddress() instanceof Inet6Address host) {
      address.set(JAVA_INT, SIN6_SCOPE_ID, host.getScopeId());
    }
    return address;
  }

  private static void fill(MemorySegment address, int offset, InetSocketAddress resolved) {
    byte[] bytes = resolved.getAddress().getAddress();
    address.set(BIG_ENDIAN_SHORT, SIN_PORT, (short) resolved.getPort());
    MemorySegment.copy(bytes, 0, address, JAVA_BYTE, offset, bytes.length);
  }

  private static void bindAndListen(
      Arena arena, int fd, MemorySegment address, InetSocketAddress resolved, int backlog)
      throws LinuxException {
    MemorySegment state = Libc.state(arena);
    set(arena, fd, SOL_SOCKET, SO_REUSEADDR, 1);
    for (int[] each : KEEP_ALIVE) {
      set(arena, fd, each[0], each[1], each[2]); // whoever accepts inherits it
    }
    int length = (int) address.byteSize();
    Linux.check(state, Libc.bind(state, fd, address, length), "bind " + resolved);
    Linux.check(state, Libc.listen(state, fd, backlog), "listen " + resolved);
  }

  private static void set(Arena arena, int fd, int level, int option, int value)
      throws LinuxException {
    MemorySegment state = Libc.state(arena);
    MemorySegment number = arena.allocateFrom(JAVA_INT, value);
    int result = Libc.setsockopt(state, fd, level, option, number, Integer.BYTES);
    Linux.check(state, result, "setsockopt " + level + " " + option);
  }

  static int accept(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      int accepted = Libc.accept4(state, fd, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted < 0 && NOBODY.contains(Libc.errno(state))) {
        return -1;
      }
      return Linux.raise(Linux.check(state, accepted, "accept descriptor " + fd));
    }
  }

  static void refuse(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      Linux.check(state, Libc.shutdown(state, fd, SHUT_RD), "shutdown descriptor " + fd);
    }
  }

  static int peerUid(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment credentials = arena.allocate(UCRED_SIZE, 4);
      MemorySegment length = arena.allocateFrom(JAVA_INT, UCRED_SIZE);
      int result = Libc.getsockopt(state, fd, SOL_SOCKET, SO_PEERCRED, credentials, length);
      Linux.check(state, result, "getsockopt SO_PEERCRED descriptor " + fd);
      return credentials.get(JAVA_INT, UCRED_UID);
    }
  }

  static int port(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = name(arena, fd);
      return Short.toUnsignedInt(address.get(BIG_ENDIAN_SHORT, SIN_PORT));
    }
  }

  /** Where a socket listens; null for a descriptor that is anything else, or nothing. */
  static @Nullable Address listening(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      if (option(arena, fd, SO_ACCEPTCONN) != 1 || option(arena, fd, SO_TYPE) != SOCK_STREAM) {
        return null;
      }
      MemorySegment name = name(arena, fd);
      int port = Short.toUnsignedInt(name.get(BIG_ENDIAN_SHORT, SIN_PORT));
      return switch (name.get(JAVA_SHORT, 0)) {
        case AF_UNIX -> unix(name.asSlice(SUN_PATH));
        case AF_INET -> new Address.Tcp(host(name, SIN_ADDR, 4), port);
        case AF_INET6 -> new Address.Tcp(host(name, SIN6_ADDR, 16), port);
        default -> null;
      };
    }
  }

  /** None for a socket that has no path, but a name in the kernel only. */
  private static Address.@Nullable Unix unix(MemorySegment path) {
    String text = NativeStrings.decode(path);
    return text.isEmpty() ? null : new Address.Unix(Path.of(text));
  }

  private static String host(MemorySegment name, int offset, int length) {
    byte[] bytes = name.asSlice(offset, length).toArray(JAVA_BYTE);
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MemorySegment name(Arena arena, int fd) throws LinuxException {
    MemorySegment state = Libc.state(arena);
    MemorySegment address = arena.allocate(SOCKADDR_UN_SIZE + 2, 8);
    MemorySegment length = arena.allocateFrom(JAVA_INT, SOCKADDR_UN_SIZE);
    int result = Libc.getsockname(state, fd, address, length);
    Linux.check(state, result, "getsockname descriptor " + fd);
    return address;
  }

  /** -1 where it is no socket, or not open. */
  private static int option(Arena arena, int fd, int option) {
    MemorySegment state = Libc.state(arena);
    MemorySegment value = arena.allocate(JAVA_INT);
    MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
    int result = Libc.getsockopt(state, fd, SOL_SOCKET, option, value, length);
    return result < 0 ? -1 : value.get(JAVA_INT, 0);
  }

  private static int socket(Arena arena, int family) throws LinuxException {
    MemorySegment state = Libc.state(arena);
    int fd = Libc.socket(state, family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return Linux.raise(Linux.check(state, fd, "socket"));
  }

  /** What has to succeed for a new socket to be worth keeping. */
  private interface Steps {
    void run() throws LinuxException;
  }

  private static int closeUnless(int fd, Steps steps) throws LinuxException {
    try {
      steps.run();
      return fd;
    } catch (LinuxException | RuntimeException e) {
      Linux.close(fd);
      throw e;
    }
  }
}
