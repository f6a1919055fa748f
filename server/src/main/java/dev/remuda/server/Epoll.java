package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waits for many descriptors at once. One thread owns it: it awaits, reads the results and closes.
 * Only {@link #wakeUp} may be called by any thread.
 */
final class Epoll implements AutoCloseable {

  static final int EPOLLIN = 0x1;
  static final int EPOLLOUT = 0x4;
  static final int EPOLLHUP = 0x10;

  /** One event, then silence until the descriptor is modified. */
  static final int EPOLLONESHOT = 1 << 30;

  /** Reserved for the wake-up. */
  static final long WAKE_UP = Long.MIN_VALUE;

  private static final int EPOLLET = 1 << 31;
  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;

  /** struct epoll_event is packed on x86-64, and only there. */
  private static final long DATA = Platform.X86_64 ? 4 : 8;

  private static final long EVENT_SIZE = DATA + Long.BYTES;
  private static final int CAPACITY = 64;
  private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1);

  /** Left to the garbage collector, so that it cannot be freed under a thread that waits. */
  private final Arena arena = Arena.ofAuto();

  private final MemorySegment state = Libc.state(arena);
  private final MemorySegment events = arena.allocate(EVENT_SIZE * CAPACITY, 8);
  private final MemorySegment change = arena.allocate(EVENT_SIZE, 8);
  private final int epoll;
  private final int eventfd;
  private final Object wakeLock = new Object();

  /** So that no wake-up is written to a number that was reused after close. */
  @GuardedBy("wakeLock")
  private boolean closed;

  Epoll() throws LinuxException {
    epoll = Linux.check(state, Libc.epollCreate1(state, EPOLL_CLOEXEC), "epoll_create1");
    try {
      eventfd = wakeUpDescriptor();
    } catch (LinuxException e) {
      Linux.close(epoll);
      throw e;
    }
  }

  private int wakeUpDescriptor() throws LinuxException {
    int fd = Libc.eventfd(state, 0, EFD_CLOEXEC | EFD_NONBLOCK);
    Linux.check(state, fd, "eventfd");
    try {
      // Edge-triggered: every write is an event of its own, the counter need not be read.
      control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, WAKE_UP);
      return fd;
    } catch (LinuxException e) {
      Linux.close(fd);
      throw e;
    }
  }

  /**
   * Watches a descriptor; errors and hang-ups are reported in any case.
   *
   * @param tag what {@link #tag} gives back, anything but {@link #WAKE_UP}
   */
  void add(int fd, int interest, long tag) throws LinuxException {
    control(EPOLL_CTL_ADD, fd, interest, checkTag(tag));
  }

  void modify(int fd, int interest, long tag) throws LinuxException {
    control(EPOLL_CTL_MOD, fd, interest, checkTag(tag));
  }

  /** To be called before the descriptor is closed. */
  void remove(int fd) throws LinuxException {
    control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  private static long checkTag(long tag) {
    if (tag == WAKE_UP) {
      throw new IllegalArgumentException("the tag of the wake-up: " + tag);
    }
    return tag;
  }

  private void control(int operation, int fd, int interest, long tag) throws LinuxException {
    change.set(JAVA_INT, 0, interest);
    change.set(JAVA_LONG_UNALIGNED, DATA, tag);
    int result = Libc.epollCtl(state, epoll, operation, fd, change);
    Linux.check(state, result, "epoll_ctl descriptor " + fd);
  }

  /**
   * Waits until a descriptor is ready, somebody calls {@link #wakeUp} or the time is over; a signal
   * may end the wait early.
   *
   * @param timeoutMillis -1 waits without limit
   * @return how many descriptors are ready; none after a mere wake-up
   */
  int await(int timeoutMillis) throws LinuxException {
    int count = Libc.epollWait(state, epoll, events, CAPACITY, timeoutMillis);
    if (count < 0 && Libc.errno(state) == Errno.EINTR) {
      return 0;
    }
    return withoutWakeUp(Linux.check(state, count, "epoll_wait"));
  }

  private int withoutWakeUp(int count) {
    for (int i = 0; i < count; i++) {
      if (tag(i) == WAKE_UP) {
        MemorySegment.copy(events, (count - 1) * EVENT_SIZE, events, i * EVENT_SIZE, EVENT_SIZE);
        return count - 1;
      }
    }
    return count;
  }

  /** The tag of a ready descriptor. */
  long tag(int index) {
    return events.get(JAVA_LONG_UNALIGNED, index * EVENT_SIZE + DATA);
  }

  /** What a ready descriptor is ready for, as a set of EPOLL bits. */
  int events(int index) {
    return events.get(JAVA_INT, index * EVENT_SIZE);
  }

  /**
   * Ends the current or the next {@link #await}; never blocks, no effect after {@link #close}. A
   * call before the wait is not lost.
   */
  void wakeUp() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment callState = Libc.state(call);
      synchronized (wakeLock) {
        if (!closed) {
          Libc.write(callState, eventfd, ONE, Long.BYTES);
        }
      }
    }
  }

  @Override
  public void close() throws LinuxException {
    synchronized (wakeLock) {
      if (closed) {
        return;
      }
      closed = true;
      Linux.close(eventfd);
    }
    Linux.close(epoll);
  }
}
