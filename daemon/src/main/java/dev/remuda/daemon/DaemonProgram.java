package dev.remuda.daemon;

import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A daemon as a whole program: its signals and its exit status. */
final class DaemonProgram {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");

  /** How long the JVM may take for its own end when somebody insists. */
  private static final long HALT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int SIGNALLED = 128;

  private final DaemonSettings settings;
  private final CompletableFuture<String> told = new CompletableFuture<>();
  private final CompletableFuture<Daemon> running = new CompletableFuture<>();

  private DaemonProgram(DaemonSettings settings) {
    this.settings = settings;
  }

  /** Blocks until it has ended; the result is the exit status. */
  static int run(DaemonSettings settings) {
    return new DaemonProgram(settings).run();
  }

  private int run() {
    try {
      settings.check(true);
      OsSignals.handle("TERM", () -> end("TERM"));
      OsSignals.handle("INT", () -> end("INT"));
      OsSignals.handle("HUP", this::reload);
    } catch (IllegalArgumentException e) {
      DaemonCore.closeParts(settings);
      return failed(ExitReason.MISCONFIGURED, e);
    }
    Daemon daemon;
    try {
      daemon = DaemonCore.start(settings);
    } catch (UncheckedIOException e) {
      return failed(ExitReason.START_FAILED, e);
    }
    running.complete(daemon);
    CompletableFuture.anyOf(told, daemon.ended()).join();
    String cause = told.isDone() ? "SIG" + told.join() : "it closed itself";
    LOG.log(System.Logger.Level.INFO, "{0}: {1}, ending in order", settings.name(), cause);
    daemon.close();
    return ended(daemon.ended().join(), cause);
  }

  private int failed(ExitReason reason, Exception e) {
    System.err.println(
        settings.name() + ": exit status " + reason.status() + ": " + e.getMessage());
    return reason.status();
  }

  private int ended(ExitReason reason, String cause) {
    System.err.println(
        settings.name() + ": exit status " + reason.status() + ": " + cause + ", and " + reason);
    return reason.status();
  }

  private void end(String signal) {
    if (told.complete(signal)) {
      return;
    }
    int status = SIGNALLED + OsSignals.number(signal);
    System.err.println(
        settings.name() + ": exit status " + status + ": a second signal, SIG" + signal);
    Thread.ofPlatform().daemon().name("remuda-halt").start(() -> haltLater(status));
    System.exit(status);
  }

  /** Hooks of others may hang. */
  private static void haltLater(int status) {
    long end = System.nanoTime() + HALT_NANOS;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(HALT_NANOS);
    }
    Runtime.getRuntime().halt(status);
  }

  private void reload() {
    running.thenAccept(Daemon::reload);
  }
}
