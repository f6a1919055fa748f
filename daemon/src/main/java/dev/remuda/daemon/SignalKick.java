package dev.remuda.daemon;

import java.util.List;

/**
 * See {@link Kick#signal}.
 *
 * @param name without {@code SIG}
 */
record SignalKick(String name) implements Kick {
  @Override
  public List<String> problems() {
    return OsSignals.problems(name);
  }

  @Override
  public String toString() {
    return "signal " + name;
  }
}
