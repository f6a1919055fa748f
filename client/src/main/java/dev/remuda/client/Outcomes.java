package dev.remuda.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Tells callers what became of their calls, where they want to be told, and counts. User code runs
 * only from here: last, when the pool's own state is in order. Belongs to the client's loop.
 */
final class Outcomes {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");

  private final Loop loop;
  private final @Nullable Executor callbacks;
  private final List<PoolListener> listeners = new CopyOnWriteArrayList<>();
  long connects;
  long connectFailures;
  long checkouts;
  long deaths;
  long retries;
  private long calls;
  private long succeeded;
  private long failed;
  private long timedOut;
  private long notServed;
  private long died;
  private long skipped;
  private long cancelled;
  private long refused;
  private long closed;
  private long garbled;

  Outcomes(Loop loop, ClientConfig config) {
    this.loop = loop;
    this.callbacks = config.callbacks();
    if (config.listener() != null) {
      listeners.add(config.listener());
    }
  }

  void issued() {
    calls++;
  }

  /** The result has come, as a value of the wire. */
  void succeed(PendingCall call, @Nullable Object wire, String worker) {
    Object result = wire;
    if (call.request.result() != null) {
      try {
        result = call.request.result().read(wire);
      } catch (RuntimeException | Error e) { // types of the user's own may throw anything
        fail(call, new ProtocolException(call.method(), worker, e, call.site));
        return;
      }
    }
    succeeded++;
    Object value = result;
    tell(call, worker, null);
    deliver(call, () -> call.complete(value));
  }

  void fail(PendingCall call, TaskException reason) {
    count(reason);
    Claim claim = call.sentNanos == 0 ? null : call.claim;
    tell(call, claim == null ? "" : claim.describeWorker(), reason);
    deliver(call, () -> failed(call, reason));
  }

  /** Logs and tells it, here and now. */
  void failed(PendingCall call, TaskException reason) {
    try {
      call.fail(reason);
    } catch (RuntimeException | Error e) {
      report("the handler of a frame failed, which had an error of " + call.method(), e);
    }
  }

  private void count(TaskException reason) {
    switch (reason) {
      case CallFailedException _, SetupFailedException _ -> failed++;
      case CallTimeoutException _ -> timedOut++;
      case QueueTimeoutException _, ConnectException _ -> notServed++;
      case WorkerDiedException _ -> died++;
      case CallSkippedException _ -> skipped++;
      case CallCancelledException _ -> cancelled++;
      case QueueFullException _, PoisonedCallException _ -> refused++;
      case CheckoutClosedException _ -> closed++;
      case ProtocolException _ -> garbled++;
    }
  }

  private void tell(PendingCall call, String worker, @Nullable TaskException reason) {
    if (call.request.progress() != null) {
      call.request.progress().end(reason);
    }
    if (isHeard()) {
      long now = loop.nanoTime();
      tell(
          new PoolEvent.CallEnded(
              call.method(), worker, call.queued(now), call.running(now), reason));
    }
  }

  /** False when making the event would be for nothing. */
  boolean isHeard() {
    return !listeners.isEmpty();
  }

  void tell(PoolEvent event) {
    for (PoolListener heard : listeners) {
      loop.runCallback(() -> {
        try {
          heard.on(event);
        } catch (RuntimeException | Error e) {
          report("the pool's listener failed", e);
        }
      });
    }
  }

  /** On any thread. */
  Runnable listen(PoolListener hears) {
    listeners.add(hears);
    return () -> listeners.remove(hears);
  }

  /** User code hangs on the future: it runs where the user said, and its faults are not ours. */
  private void deliver(PendingCall call, Runnable completion) {
    if (call.request.blocking()) {
      completion.run();
    } else {
      execute(completion, "the result of " + call.method());
    }
  }

  /** Runs user code where the user said. */
  void execute(Runnable code, String what) {
    if (callbacks == null) {
      loop.runCallback(code);
      return;
    }
    try {
      callbacks.execute(code);
    } catch (RuntimeException | Error e) {
      report("the executor for callbacks refused " + what, e);
      loop.runCallback(code);
    }
  }

  /** What a throwable of the user's own says of itself, or its class where that throws too. */
  static String text(Throwable thrown) {
    try {
      return String.valueOf(thrown);
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName();
    }
  }

  void report(String what, Throwable cause) {
    try {
      LOG.log(System.Logger.Level.WARNING, what + ": " + cause.getMessage(), cause);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, what + ": " + text(cause));
    }
  }

  PoolCounters counters() {
    return new PoolCounters(
        connects,
        connectFailures,
        checkouts,
        deaths,
        retries,
        calls,
        succeeded,
        failed,
        timedOut,
        notServed,
        died,
        skipped,
        cancelled,
        refused,
        closed,
        garbled);
  }
}
