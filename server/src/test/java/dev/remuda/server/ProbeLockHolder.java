package dev.remuda.server;

import java.nio.file.Path;

/** Holds the lock beside a socket until its standard input ends. */
final class ProbeLockHolder {

  private ProbeLockHolder() {}

  public static void main(String[] arguments) throws Exception {
    try (SocketLock lock = SocketLock.acquire(Path.of(arguments[0]))) {
      System.out.println("locked " + lock.path().getFileName());
      while (System.in.read() >= 0) {
        // until the end
      }
    }
  }
}
