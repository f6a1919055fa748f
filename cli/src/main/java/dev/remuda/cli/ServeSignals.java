package dev.remuda.cli;

import dev.remuda.daemon.OsSignals;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerEvent;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What signals do to a server: SIGTERM and SIGINT let checkouts come to their end first, a second
 * one ends all at once, SIGHUP replaces the workers.
 */
final class ServeSignals {
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  private final TaskServer server;
  private final Duration grace;
  private final AtomicInteger heard = new AtomicInteger();
  private volatile int status = ExitStatus.DONE;

  private ServeSignals(TaskServer server, Duration grace) {
    this.server = server;
    this.grace = grace;
  }

  /**
   * Hears them from now on.
   *
   * @param grace how long checkouts may take after the first
   */
  static ServeSignals on(TaskServer server, Duration grace) {
    var signals = new ServeSignals(server, grace);
    server.listen(signals::tell);
    OsSignals.handle("TERM", () -> signals.end("SIGTERM", SIGTERM));
    OsSignals.handle("INT", () -> signals.end("SIGINT", SIGINT));
    OsSignals.handle("HUP", signals::reload);
    return signals;
  }

  /** With which status to exit, now that the server has ended. */
  int status() {
    return status;
  }

  private void end(String name, int number) {
    switch (heard.incrementAndGet()) {
      case 1 -> {
        status = ExitStatus.SIGNAL + number;
        say(name + ": " + farewell());
        server.close(grace);
      }
      case 2 -> {
        say(name + " again: all workers are killed");
        server.close();
      }
      default -> Runtime.getRuntime().halt(status); // the kernel keeps a worker from dying
    }
  }

  private String farewell() {
    long serving = server.stats().join().workers().stream().filter(ServeSignals::serves).count();
    if (serving == 0) {
      return "no worker is serving; all leave";
    }
    return (serving == 1 ? "1 worker is serving and has " : serving + " workers are serving, with ")
        + (grace.isZero() ? "no time" : DurationText.of(grace))
        + " to finish; a second signal ends all at once";
  }

  private static boolean serves(ServerStats.Worker worker) {
    return worker.state().equals("BUSY") || worker.state().equals("RETIRING");
  }

  private void reload() {
    if (heard.get() > 0) {
      say("SIGHUP: it is about to end, nothing is replaced");
    } else {
      say("SIGHUP: all workers are replaced, new ones first");
      server.reload();
    }
  }

  /** Who waits for the end is told of each that was not given its time. */
  private void tell(ServerEvent event) {
    if (heard.get() > 0
        && event instanceof ServerEvent.Ended(Instant _, WorkerExit exit)
        && exit.reason() != null) {
      say(exit.id() + " (pid " + exit.pid() + ") was killed: " + exit.reason());
    }
  }

  private static void say(String what) {
    System.err.println("remuda: " + what);
  }
}
