package dev.remuda.client;

import java.util.Arrays;

/** Where a call was made: its stack becomes that of the exception the caller gets. */
final class CallSite extends Throwable {
  private static final long serialVersionUID = 1L;

  CallSite() {
    super("the call was made here");
  }

  /** Its stack without our own frames on top. */
  StackTraceElement[] users() {
    StackTraceElement[] all = getStackTrace();
    int first = 0;
    while (first < all.length && isOurs(all[first].getClassName())) {
      first++;
    }
    return Arrays.copyOfRange(all, first, all.length);
  }

  private static boolean isOurs(String className) {
    return className.startsWith("dev.remuda.client.")
        || className.startsWith("dev.remuda.Pool")
        || className.startsWith("jdk.proxy")
        || className.startsWith("$Proxy");
  }
}
