package dev.remuda.server;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How a child process ended and what it had used, as the kernel told when it was reaped.
 *
 * @param ending exit code or signal
 * @param userCpu processor time in its own code, reaped descendants included
 * @param systemCpu processor time in the kernel, reaped descendants included
 * @param maxRssKiB the largest resident set it ever had, in KiB
 */
record ExitStatus(Ending ending, Duration userCpu, Duration systemCpu, long maxRssKiB) {
  private static final int SIGKILL = 9;

  /** The same, where a worker that was finished was ended by us instead of by itself. */
  ExitStatus asAnnounced(OptionalInt announced) {
    return announced.isPresent() && ending instanceof Signalled(int signal, _) && signal == SIGKILL
        ? new ExitStatus(new Exited(announced.getAsInt()), userCpu, systemCpu, maxRssKiB)
        : this;
  }

  /** Either an exit code or a signal. */
  sealed interface Ending {

    /** Splits the status word of {@code wait4}. */
    static Ending of(int status) {
      int signal = status & 0x7f;
      return signal == 0
          ? new Exited((status >> 8) & 0xff)
          : new Signalled(signal, (status & 0x80) != 0);
    }
  }

  /** The process returned from {@code main} or called {@code exit}. */
  record Exited(int code) implements Ending {
    @Override
    public String toString() {
      return "exit code " + code;
    }
  }

  /** The process was killed by a signal. */
  record Signalled(int signal, boolean coreDumped) implements Ending {

    String signalName() {
      return Signals.name(signal);
    }

    @Override
    public String toString() {
      return "killed by " + signalName() + (coreDumped ? " (core dumped)" : "");
    }
  }
}
