package dev.remuda.server;

/** Signal numbers of Linux, the same on x86-64 and aarch64, and their names. */
final class Signals {

  static final int SIGHUP = 1;
  static final int SIGQUIT = 3;
  static final int SIGKILL = 9;
  static final int SIGSEGV = 11;
  static final int SIGTERM = 15;
  static final int SIGCHLD = 17;

  private static final String[] NAMES = {
    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  private Signals() {}

  /** The header name, such as {@code SIGSEGV}; a real-time signal is named by its number. */
  static String name(int signal) {
    return signal > 0 && signal < NAMES.length ? "SIG" + NAMES[signal] : "signal " + signal;
  }
}
