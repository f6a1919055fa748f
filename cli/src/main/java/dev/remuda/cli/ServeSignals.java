package dev.remuda.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.daemon.OsSignals;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerEvent;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What signals do to a server: SIGTERM and SIGINT let checkouts come to their end first, a second
 * one ends all at once; SIGHUP replaces the workers, or is the end of the terminal that the server
 * was started from, and ends it like SIGTERM. They are heard from before it starts.
 */
final class ServeSignals {
  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  private final Duration grace;
  private final boolean hadTerminal = ControllingTerminal.isThere();
  private final AtomicInteger heard = new AtomicInteger();
  private volatile int status = ExitStatus.DONE;

  @GuardedBy("this")
  private @Nullable TaskServer server;

  @GuardedBy("this")
  private boolean reloadWanted;

  private ServeSignals(Duration grace) {
    this.grace = grace;
  }

  /**
   * Hears them from now on.
   *
   * @param grace how long checkouts may take after the first
   */
  static ServeSignals hear(Duration grace) {
    var signals = new ServeSignals(grace);
    OsSignals.handle("TERM", () -> signals.end("SIGTERM", SIGTERM));
    OsSignals.handle("INT", () -> signals.end("SIGINT", SIGINT));
    OsSignals.handle("HUP", signals::hangUp);
    return signals;
  }

  /** It has started: what was asked for until now is done. */
  void heardBy(TaskServer started) {
    started.listen(this::tell);
    boolean reload;
    synchronized (this) {
      server = started;
      reload = reloadWanted;
    }
    if (reload) {
      started.reload();
    }
  }

  private synchronized @Nullable TaskServer server() {
    return server;
  }

  /** With which status to exit, now that the server has ended. */
  int status() {
    return status;
  }

  private void end(String name, int number) {
    TaskServer started = server();
    if (started == null) {
      System.exit(ExitStatus.SIGNAL + number); // what has begun to start is ended on the way
    } else {
      end(started, name, number);
    }
  }

  private void end(TaskServer server, String name, int number) {
    switch (heard.incrementAndGet()) {
      case 1 -> {
        status = ExitStatus.SIGNAL + number;
        say(name + ": " + farewell(server));
        server.close(grace);
      }
      case 2 -> {
        say(name + " again: all workers are killed");
        server.close();
      }
      default -> Runtime.getRuntime().halt(status); // the kernel keeps a worker from dying
    }
  }

  private String farewell(TaskServer server) {
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

  private void hangUp() {
    if (hadTerminal && !ControllingTerminal.isThere()) {
      end("SIGHUP, its terminal is gone", SIGHUP);
    } else {
      reload();
    }
  }

  private void reload() {
    TaskServer started;
    synchronized (this) {
      started = server;
      reloadWanted = true;
    }
    if (started == null) {
      say("SIGHUP: it is starting; its workers are replaced once it has");
    } else if (heard.get() > 0) {
      say("SIGHUP: it is about to end, nothing is replaced");
    } else {
      say("SIGHUP: all workers are replaced, new ones first");
      started.reload();
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
