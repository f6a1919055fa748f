package dev.remuda.server;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The error numbers of Linux, the same on x86-64 and aarch64, with their header names and texts.
 */
final class Errno {

  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int EBADF = 9;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EEXIST = 17;
  static final int ENOTDIR = 20;
  static final int EINVAL = 22;
  static final int EMFILE = 24;
  static final int EPIPE = 32;
  static final int ENAMETOOLONG = 36;
  static final int ENOSYS = 38;
  static final int EADDRINUSE = 98;
  static final int ECONNABORTED = 103;
  static final int ECONNRESET = 104;
  static final int ECONNREFUSED = 111;

  /** A table of our own: libc gives names in glibc only, and texts in the user's language. */
  private static final Map<Integer, Entry> ENTRIES =
      """
      1 EPERM Operation not permitted
      2 ENOENT No such file or directory
      3 ESRCH No such process
      4 EINTR Interrupted system call
      5 EIO Input/output error
      6 ENXIO No such device or address
      7 E2BIG Argument list too long
      8 ENOEXEC Exec format error
      9 EBADF Bad file descriptor
      10 ECHILD No child processes
      11 EAGAIN Resource temporarily unavailable
      12 ENOMEM Cannot allocate memory
      13 EACCES Permission denied
      14 EFAULT Bad address
      16 EBUSY Device or resource busy
      17 EEXIST File exists
      20 ENOTDIR Not a directory
      21 EISDIR Is a directory
      22 EINVAL Invalid argument
      23 ENFILE Too many open files in system
      24 EMFILE Too many open files
      26 ETXTBSY Text file busy
      27 EFBIG File too large
      28 ENOSPC No space left on device
      29 ESPIPE Illegal seek
      30 EROFS Read-only file system
      32 EPIPE Broken pipe
      36 ENAMETOOLONG File name too long
      37 ENOLCK No locks available
      38 ENOSYS Function not implemented
      40 ELOOP Too many levels of symbolic links
      80 ELIBBAD Accessing a corrupted shared library
      88 ENOTSOCK Socket operation on non-socket
      92 ENOPROTOOPT Protocol not available
      93 EPROTONOSUPPORT Protocol not supported
      95 EOPNOTSUPP Operation not supported
      97 EAFNOSUPPORT Address family not supported by protocol
      98 EADDRINUSE Address already in use
      99 EADDRNOTAVAIL Cannot assign requested address
      101 ENETUNREACH Network is unreachable
      103 ECONNABORTED Software caused connection abort
      104 ECONNRESET Connection reset by peer
      105 ENOBUFS No buffer space available
      110 ETIMEDOUT Connection timed out
      111 ECONNREFUSED Connection refused
      122 EDQUOT Disk quota exceeded
      """
          .lines()
          .map(Entry::parse)
          .collect(Collectors.toUnmodifiableMap(Entry::number, Function.identity()));

  private Errno() {}

  static String name(int errno) {
    Entry entry = ENTRIES.get(errno);
    return entry == null ? "errno " + errno : entry.name();
  }

  /** Name and text, such as {@code EADDRINUSE (Address already in use)}. */
  static String describe(int errno) {
    Entry entry = ENTRIES.get(errno);
    return entry == null ? name(errno) : entry.name() + " (" + entry.text() + ")";
  }

  private record Entry(int number, String name, String text) {
    static Entry parse(String line) {
      String[] fields = line.split(" ", 3);
      return new Entry(Integer.parseInt(fields[0]), fields[1], fields[2]);
    }
  }
}
