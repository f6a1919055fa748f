package dev.remuda.cli;

/** What the command's exit status means. */
final class ExitStatus {
  static final int DONE = 0;

  /** The call failed, or one of the demo's checks. */
  static final int FAILED = 1;

  /** Wrong usage, or a configuration that cannot be. */
  static final int USAGE = 2;

  /** The deadline passed, or nothing was reachable. */
  static final int TIMEOUT = 3;

  /** Plus the number of the signal that asked a server to end. */
  static final int SIGNAL = 128;

  private ExitStatus() {}
}
