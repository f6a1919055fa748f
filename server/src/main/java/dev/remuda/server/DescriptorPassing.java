package dev.remuda.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Bytes on a unix socket that bring open descriptors along (SCM_RIGHTS). */
final class DescriptorPassing {
  /** The most that the kernel takes at once. */
  static final int MOST = 253;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

  /**
   * struct msghdr; musl's has narrower lengths with padding, which is the same in little-endian.
   */
  private static final long MSGHDR_SIZE = 56;

  private static final long MSG_IOV = 16;
  private static final long MSG_IOVLEN = 24;
  private static final long MSG_CONTROL = 32;
  private static final long MSG_CONTROLLEN = 40;
  private static final long MSG_FLAGS = 48;

  /** struct cmsghdr, then the data; the next begins at a multiple of 8. */
  private static final long CMSG_LEVEL = 8;

  private static final long CMSG_TYPE = 12;
  private static final long CMSG_DATA = 16;

  private DescriptorPassing() {}

  /**
   * Writes as much as a non-blocking socket takes now. The descriptors go with the first byte, and
   * stay open here.
   *
   * @return the number of bytes; 0 when it has no room, and then no descriptor has gone either
   */
  static int send(int socket, ByteBuffer bytes, List<Integer> descriptors) throws LinuxException {
    if (descriptors.size() > MOST || !bytes.hasRemaining()) {
      throw new IllegalArgumentException(
          descriptors.size() + " descriptors with " + bytes.remaining() + " bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment control = arena.allocate(space(descriptors.size()), 8);
      control.set(JAVA_LONG, 0, CMSG_DATA + (long) Integer.BYTES * descriptors.size());
      control.set(JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
      control.set(JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
      for (int i = 0; i < descriptors.size(); i++) {
        control.set(JAVA_INT, CMSG_DATA + (long) Integer.BYTES * i, descriptors.get(i));
      }
      MemorySegment message = message(arena, MemorySegment.ofBuffer(bytes), control);
      long count;
      do {
        count = Libc.sendmsg(state, socket, message, MSG_NOSIGNAL);
      } while (count < 0 && Libc.errno(state) == Errno.EINTR);
      if (count < 0 && Libc.errno(state) == Errno.EAGAIN) {
        return 0;
      }
      Linux.check(state, (int) count, "sendmsg descriptor " + socket);
      bytes.position(bytes.position() + (int) count);
      return (int) count;
    }
  }

  /**
   * Reads what there is into a direct buffer; waits for it as long as the socket does.
   *
   * @param received gets what came along: close-on-exec, numbered from 10 up, the caller's to close
   * @return the number of bytes, -1 at the end
   */
  static int receive(int socket, ByteBuffer bytes, List<Integer> received) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment control = arena.allocate(space(MOST), 8);
      MemorySegment message = message(arena, MemorySegment.ofBuffer(bytes), control);
      long count;
      do {
        count = Libc.recvmsg(state, socket, message, MSG_CMSG_CLOEXEC);
      } while (count < 0 && Libc.errno(state) == Errno.EINTR);
      Linux.check(state, (int) count, "recvmsg descriptor " + socket);
      takeOut(control.asSlice(0, message.get(JAVA_LONG, MSG_CONTROLLEN)), received);
      if ((message.get(JAVA_INT, MSG_FLAGS) & MSG_CTRUNC) != 0) {
        throw new LinuxException("recvmsg: descriptors are missing", Errno.EMFILE);
      }
      bytes.position(bytes.position() + (int) count);
      return count == 0 ? -1 : (int) count;
    }
  }

  private static void takeOut(MemorySegment control, List<Integer> received) throws LinuxException {
    List<Integer> low = new ArrayList<>();
    for (long at = 0; at + CMSG_DATA <= control.byteSize(); ) {
      long length = control.get(JAVA_LONG, at);
      boolean rights =
          control.get(JAVA_INT, at + CMSG_LEVEL) == SOL_SOCKET
              && control.get(JAVA_INT, at + CMSG_TYPE) == SCM_RIGHTS;
      for (long data = at + CMSG_DATA; rights && data < at + length; data += Integer.BYTES) {
        low.add(control.get(JAVA_INT, data));
      }
      at += (length + 7) & -8;
    }
    for (int i = 0; i < low.size(); i++) {
      try {
        received.add(Linux.raise(low.get(i)));
      } catch (LinuxException e) {
        for (int rest : low.subList(i + 1, low.size())) {
          Linux.close(rest);
        }
        throw e;
      }
    }
  }

  private static long space(int descriptors) {
    return CMSG_DATA + (((long) Integer.BYTES * descriptors + 7) & -8);
  }

  private static MemorySegment message(Arena arena, MemorySegment bytes, MemorySegment control) {
    MemorySegment iov = arena.allocate(ADDRESS, 2);
    iov.set(ADDRESS, 0, bytes);
    iov.set(JAVA_LONG, 8, bytes.byteSize());
    MemorySegment message = arena.allocate(MSGHDR_SIZE, 8);
    message.set(ADDRESS, MSG_IOV, iov);
    message.set(JAVA_LONG, MSG_IOVLEN, 1);
    message.set(ADDRESS, MSG_CONTROL, control);
    message.set(JAVA_LONG, MSG_CONTROLLEN, control.byteSize());
    return message;
  }
}
