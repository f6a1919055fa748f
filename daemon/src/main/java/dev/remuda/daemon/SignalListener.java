package dev.remuda.daemon;

/** Hears kicks by a signal. */
final class SignalListener implements ActiveKick {
  private final String name;

  private SignalListener(String name) {
    this.name = name;
  }

  static SignalListener start(String name, KickTarget target) {
    OsSignals.handle(name, () -> target.kicked(1));
    return new SignalListener(name);
  }

  @Override
  public String state() {
    return "kill -" + name + " " + ProcessHandle.current().pid();
  }

  @Override
  public void close() {
    OsSignals.restore(name);
  }
}
