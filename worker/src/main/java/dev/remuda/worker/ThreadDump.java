package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the threads of user code do at this moment, as text; the worker's own thread first. */
final class ThreadDump {
  private final String platform;
  private final boolean anyVirtual;

  private ThreadDump(String platform, boolean anyVirtual) {
    this.platform = platform;
    this.anyVirtual = anyVirtual;
  }

  /** Takes the platform threads, in a few milliseconds. */
  static ThreadDump take(Thread worker) {
    Map<Thread, StackTraceElement[]> stacks = Thread.getAllStackTraces();
    List<Thread> threads = new ArrayList<>();
    int others = 0;
    boolean anyVirtual = false;
    for (Map.Entry<Thread, StackTraceElement[]> each : stacks.entrySet()) {
      anyVirtual |= servesVirtualThreads(each.getKey());
      if (isOfUserCode(each.getKey())) {
        threads.add(each.getKey());
      } else {
        others++;
      }
    }
    threads.sort((a, b) -> Boolean.compare(b == worker, a == worker));
    var text = new StringBuilder(4096);
    for (Thread thread : threads) {
      append(text, thread, stacks.getOrDefault(thread, new StackTraceElement[0]));
    }
    text.append("and ").append(others).append(" of the JVM and the worker itself\n");
    return new ThreadDump(text.toString(), anyVirtual);
  }

  /** The platform threads. */
  String platform() {
    return platform;
  }

  /**
   * The virtual threads of now; nothing where there never was one. Blocks for 350 ms at the most.
   */
  String virtual() {
    return anyVirtual ? VirtualThreads.dump() : "";
  }

  /** Both. */
  String text() {
    return platform + virtual();
  }

  /** There is such a thread from the first virtual thread on. */
  private static boolean servesVirtualThreads(Thread thread) {
    return thread.getName().equals("VirtualThread-unblocker") || isIn(thread, "CarrierThreads");
  }

  private static boolean isOfUserCode(Thread thread) {
    return thread.getThreadGroup() != null
        && !isIn(thread, "system")
        && !isIn(thread, "InnocuousThreadGroup")
        && !isIn(thread, "CarrierThreads")
        && !thread.getName().startsWith("remuda-");
  }

  private static boolean isIn(Thread thread, String group) {
    ThreadGroup itsGroup = thread.getThreadGroup();
    return itsGroup != null && itsGroup.getName().equals(group);
  }

  /** How many frames lie above our own; all of them where no user code runs. */
  private static int ofUserCode(StackTraceElement[] stack) {
    int length = stack.length;
    while (length > 0 && Failures.isDispatch(stack[length - 1])) {
      length--;
    }
    return length == 0 ? stack.length : length;
  }

  private static void append(StringBuilder text, Thread thread, StackTraceElement[] stack) {
    text.append('"').append(thread.getName()).append("\" #").append(thread.threadId());
    text.append(thread.isDaemon() ? " daemon " : " ").append(thread.getState()).append('\n');
    int length = ofUserCode(stack);
    for (int i = 0; i < length; i++) {
      text.append("    at ").append(stack[i]).append('\n');
    }
    text.append('\n');
  }
}
