package dev.remuda.server;

import java.io.IOException;

/** A call to the operating system that failed: which call on what, and the kernel's reason. */
final class LinuxException extends IOException {

  private final String call;
  private final int errno;

  /**
   * Where descriptors run out no class can be loaded from a folder: what says so is there before.
   */
  static void load() {
    var _ = new LinuxException("", Errno.EMFILE);
  }

  /**
   * @param call the function and what it was to act on, such as {@code bind /run/x.sock}
   * @param errno the kernel's error number
   */
  LinuxException(String call, int errno) {
    super(call + ": " + Errno.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  String call() {
    return call;
  }

  int errno() {
    return errno;
  }

  String errnoName() {
    return Errno.name(errno);
  }
}
