package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the platform threads of user code do at this moment, as text; the main thread first. */
final class ThreadDump {
  private ThreadDump() {}

  static String take() {
    Map<Thread, StackTraceElement[]> stacks = Thread.getAllStackTraces();
    List<Thread> threads = new ArrayList<>();
    int others = 0;
    for (Map.Entry<Thread, StackTraceElement[]> each : stacks.entrySet()) {
      if (isOfUserCode(each.getKey())) {
        threads.add(each.getKey());
      } else {
        others++;
      }
    }
    threads.sort((a, b) -> Boolean.compare(isMain(b), isMain(a)));
    var text = new StringBuilder(4096);
    for (Thread thread : threads) {
      append(text, thread, stacks.getOrDefault(thread, new StackTraceElement[0]));
    }
    return text.append("and ")
        .append(others)
        .append(" of the JVM and the worker itself\n")
        .toString();
  }

  private static boolean isMain(Thread thread) {
    return thread.getName().equals("main");
  }

  private static boolean isOfUserCode(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group != null
        && !group.getName().equals("system")
        && !group.getName().equals("InnocuousThreadGroup")
        && !thread.getName().startsWith("remuda-");
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
