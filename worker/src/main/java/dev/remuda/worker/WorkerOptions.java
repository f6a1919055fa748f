package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a supervisor tells a JVM worker on its command line.
 *
 * @param id the worker's name and number, such as {@code passwords(7)}
 * @param implementation the class to serve
 * @param contract the interface whose methods are served, or null for the class's own
 * @param hungAfterMillis how long one call or hook may run before the watchdog ends the process; 0
 *     for ever
 * @param maxCheckouts after how many it asks to be replaced; 0 for never
 * @param lazySetup whether {@code setup()} waits for the first call
 * @param control where its supervisor answers questions, to be announced to clients; null for none
 * @param peers who may call over a unix socket besides the supervisor's user and root: {@link
 *     #ANY_PEER}, or names of users with commas between them; null for nobody
 */
public record WorkerOptions(
    String id,
    String implementation,
    @Nullable String contract,
    long hungAfterMillis,
    int maxCheckouts,
    boolean lazySetup,
    @Nullable String control,
    @Nullable String peers) {
  /** Whoever can connect may call. */
  public static final String ANY_PEER = "any";

  /** The class whose {@code main} takes these arguments. */
  public static final String MAIN_CLASS = "dev.remuda.worker.WorkerMain";

  /** The class whose {@code main} takes the same arguments to do what a worker does, once. */
  public static final String TRAINING_CLASS = "dev.remuda.worker.Training";

  /** As arguments of {@link #MAIN_CLASS}. */
  public List<String> toArguments() {
    var arguments = new ArrayList<String>();
    arguments.add("--id=" + id);
    arguments.add("--class=" + implementation);
    if (contract != null) {
      arguments.add("--interface=" + contract);
    }
    arguments.add("--hung-after=" + hungAfterMillis);
    if (maxCheckouts > 0) {
      arguments.add("--max-checkouts=" + maxCheckouts);
    }
    if (lazySetup) {
      arguments.add("--lazy-setup");
    }
    if (control != null) {
      arguments.add("--control=" + control);
    }
    if (peers != null) {
      arguments.add("--peers=" + peers);
    }
    return arguments;
  }

  static WorkerOptions parse(String[] arguments) {
    String id = "worker";
    String implementation = null;
    String contract = null;
    long hungAfterMillis = 0;
    int maxCheckouts = 0;
    boolean lazySetup = false;
    String control = null;
    String peers = null;
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String key = equals < 0 ? argument : argument.substring(0, equals);
      String value = argument.substring(equals + 1);
      switch (key) {
        case "--id" -> id = value;
        case "--class" -> implementation = value;
        case "--interface" -> contract = value;
        case "--hung-after" -> hungAfterMillis = Long.parseLong(value);
        case "--max-checkouts" -> maxCheckouts = Integer.parseInt(value);
        case "--lazy-setup" -> lazySetup = true;
        case "--control" -> control = value;
        case "--peers" -> peers = value;
        default -> throw new IllegalArgumentException("unknown argument " + argument);
      }
    }
    if (implementation == null) {
      throw new IllegalArgumentException("--class=NAME is missing");
    }
    return new WorkerOptions(
        id, implementation, contract, hungAfterMillis, maxCheckouts, lazySetup, control, peers);
  }
}
