package dev.remuda.daemon;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Signals of the operating system. The JDK has them in a package that is not supported, and javac
 * warns of each use in a way that cannot be switched off: hence by reflection.
 */
final class OsSignals {
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
   * Has a signal run something, on a thread of its own, in place of what it did before.
   *
   * @throws IllegalArgumentException when the JVM does not let it have the signal
   */
  static void handle(String name, Runnable action) {
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
