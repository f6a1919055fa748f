package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What every platform thread of this worker does at this moment, as text. */
final class ThreadDump {
  private ThreadDump() {}

  /** The main thread, which runs the calls, first; the JVM's and our own threads last. */
  static String take() {
    Thread dumping = Thread.currentThread();
    Map<Thread, StackTraceElement[]> stacks = Thread.getAllStackTraces();
    List<Thread> threads = new ArrayList<>(stacks.keySet());
    threads.sort((a, b) -> Integer.compare(rank(a), rank(b)));
    var text = new StringBuilder(4096);
    for (Thread thread : threads) {
      StackTraceElement[] stack = stacks.get(thread);
      if (!thread.equals(dumping) && stack != null && stack.length > 0) {
        append(text, thread, stack);
      }
    }
    return text.toString();
  }

  private static int rank(Thread thread) {
    if (thread.getName().equals("main")) {
      return 0;
    }
    ThreadGroup group = thread.getThreadGroup();
    boolean theirs = group != null && group.getName().equals("main");
    return theirs && !thread.getName().startsWith("remuda-") ? 1 : 2;
  }

  private static void append(StringBuilder text, Thread thread, StackTraceElement[] stack) {
    text.append('"').append(thread.getName()).append("\" #").append(thread.threadId());
    text.append(thread.isDaemon() ? " daemon " : " ").append(thread.getState()).append('\n');
    for (StackTraceElement frame : stack) {
      text.append("    at ").append(frame).append('\n');
    }
    text.append('\n');
  }
}
