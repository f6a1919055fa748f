package dev.remuda.daemon;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Hears the signals of this process. The JDK has no other way than {@code sun.misc.Signal}: a
 * shutdown hook hears neither a second signal nor SIGHUP. Safe for every thread.
 */
public final class OsSignals {
  private static final Pattern NAME = Pattern.compile("[A-Z0-9]{2,10}");

  /** Those that no process can catch, and those that the JVM needs. */
  private static final Set<String> RESERVED =
      Set.of("KILL", "STOP", "SEGV", "BUS", "FPE", "ILL", "TRAP", "QUIT", "USR2");

  private static final Map<String, Object> PREVIOUS = new HashMap<>();

  private OsSignals() {}

  static List<String> problems(String name) {
    if (!NAME.matcher(name).matches()) {
      return List.of("'" + name + "' is no signal's name, which is written as USR1");
    }
    if (RESERVED.contains(name)) {
      return List.of("the signal " + name + " is the JVM's own or cannot be caught");
    }
    try {
      JdkSignal.number(name);
      return List.of();
    } catch (IllegalArgumentException e) {
      return List.of("there is no signal " + name + " here");
    }
  }

  /**
   * Has a signal run something, each time on a thread of its own, in place of what it did before.
   * One that this process was started to ignore (nohup) stays ignored.
   *
   * @param name without SIG, such as {@code TERM}
   * @throws IllegalArgumentException when there is no such signal, or the JVM keeps it
   */
  public static void handle(String name, Runnable action) {
    synchronized (PREVIOUS) {
      Object before = JdkSignal.handle(name, JdkSignal.handler(action));
      PREVIOUS.putIfAbsent(name, before);
    }
  }

  /** Has a signal do again what it did before the first {@link #handle}. */
  static void restore(String name) {
    synchronized (PREVIOUS) {
      Object before = PREVIOUS.remove(name);
      if (before != null) {
        JdkSignal.handle(name, before);
      }
    }
  }

  static int number(String name) {
    return JdkSignal.number(name);
  }
}
