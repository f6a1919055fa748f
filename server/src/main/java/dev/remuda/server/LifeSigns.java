package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Kills workers that give no sign of life: one that is at work or has a connection and is stopped
 * or frozen, and one that never gets ready. Looks only while there is somebody to look at. The
 * loop's.
 *
 * <p>A look that comes late counts as one in time: neither a supervisor that was stopped itself nor
 * a machine that slept is held against the workers.
 */
final class LifeSigns {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final long LOOK_MILLIS = 1_000;

  /** While workers have connections, but nothing runs. */
  private static final long CALM_LOOK_MILLIS = 5_000;

  private static final long SILENCE_MILLIS = 10_000;

  /** After that long somebody should know that a worker is not ready, and another is tried. */
  private static final long LATE_MILLIS = 10_000;

  /** The worker's own watchdog comes first: it can say what its threads do. */
  private static final long AFTER_WATCHDOG_MILLIS = 5_000;

  /** Whose the workers are. */
  interface Herd {
    List<WorkerProcess> workers();

    /** It has not said in time that it is ready. */
    void late(WorkerProcess worker, String why) throws IOException;
  }

  private final EventLoop loop;
  private final Herd herd;
  private final long startMillis;
  private final boolean debugged;
  private boolean looking;

  /**
   * Looks after those of one supervisor.
   *
   * @param startLimit how long a worker's start may take; zero for ever
   * @param debugged whether somebody may halt the workers for as long as it takes
   */
  LifeSigns(EventLoop loop, Herd herd, Duration startLimit, boolean debugged) {
    this.loop = loop;
    this.herd = herd;
    this.startMillis = startLimit.toMillis();
    this.debugged = debugged;
  }

  /** There may be somebody to look at. */
  void wake() {
    if (!looking && !debugged) {
      lookIn(LOOK_MILLIS);
    }
  }

  private void lookIn(long millis) {
    looking = true;
    loop.schedule(millis, () -> look(millis));
  }

  private void look(long millis) {
    looking = false;
    boolean calm = true;
    boolean any = false;
    for (WorkerProcess worker : herd.workers()) {
      try {
        look(worker, millis);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot look after " + worker.id(), e);
      }
      boolean close = worker.state() == WorkerState.STARTING || worker.pulse().isBeating();
      calm &= !close;
      any |= close || worker.isServing();
    }
    if (any) {
      lookIn(calm ? CALM_LOOK_MILLIS : LOOK_MILLIS);
    }
  }

  private void look(WorkerProcess worker, long millis) throws IOException {
    if (worker.state() == WorkerState.ENDING) {
      return;
    }
    Pulse pulse = worker.pulse();
    if (pulse.isBeating() && pulse.silentFor(millis) >= SILENCE_MILLIS) {
      kill(worker, "its watchdog has said nothing for " + SILENCE_MILLIS + " ms while it worked");
    } else if (worker.isServing()
        && pulse.stoppedFor(isStopped(worker.pid()), millis) >= SILENCE_MILLIS) {
      kill(worker, "it has been stopped for " + SILENCE_MILLIS + " ms while it had a connection");
    } else if (worker.state() == WorkerState.STARTING) {
      start(worker, pulse.startingFor(millis));
    }
  }

  private void start(WorkerProcess worker, long millis) throws IOException {
    if (startMillis > 0 && millis > startMillis + AFTER_WATCHDOG_MILLIS) {
      kill(worker, "it has not said within " + startMillis + " ms that it is ready");
    } else if (millis >= LATE_MILLIS && !worker.pulse().isLate()) {
      worker.pulse().late();
      herd.late(worker, "it has not said for " + LATE_MILLIS + " ms that it is ready");
    }
  }

  private static void kill(WorkerProcess worker, String why) throws IOException {
    String reason = isStopped(worker.pid()) ? why + "; the kernel shows it as stopped" : why;
    LOG.log(System.Logger.Level.WARNING, "{0} is killed: {1}", worker.id(), reason);
    worker.kill(reason);
  }

  /** By SIGSTOP or the like; one that a debugger holds is not meant. */
  private static boolean isStopped(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.startsWith("T", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return false; // it is being reaped
    }
  }
}
