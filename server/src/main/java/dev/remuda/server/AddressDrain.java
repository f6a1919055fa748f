package dev.remuda.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The end of one address: no more is taken, who waits is served, workers leave. Belongs to the
 * supervisor's loop.
 */
final class AddressDrain {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How long those who connect are taken in while idle workers are on their way out. */
  private static final long IDLE_LEAVE_MILLIS = 100;

  private final ListenPoint point;
  private final Workers workers;
  private final Replacements leaving;
  private final EventLoop loop;
  private final Host host;
  private @Nullable String drainReason;
  private boolean refusing;
  private boolean drained;

  /** Whose address it is. */
  interface Host {
    /** Starts a worker for those who still wait; false when the maximum is reached. */
    boolean start();

    /** Why none can be started, while that is so. */
    @Nullable String trouble();

    /** Comes back to {@link #goOn} in a moment. */
    void lookAgainSoon();

    /** Comes back to {@link #goOn} at once. */
    void lookAgainNow();

    /** Who connects is not noticed any more. */
    void stopWatching() throws IOException;

    boolean isClosed();

    /** Nobody waits for a worker any more, and nobody will. */
    void drained();
  }

  AddressDrain(
      ListenPoint point, Workers workers, Replacements leaving, EventLoop loop, Host host) {
    this.point = point;
    this.workers = workers;
    this.leaving = leaving;
    this.loop = loop;
    this.host = host;
  }

  /** Why no more is taken; null while that is not so. */
  @Nullable String reason() {
    return drainReason;
  }

  /** One step further, where it has begun. */
  void goOn() throws IOException {
    if (drainReason != null) {
      goOn(drainReason);
    }
  }

  /**
   * No more is taken: workers leave, at once where they are idle, else when their clients let them
   * go. Whoever waits in the queue by then is still served.
   */
  void begin(String reason) throws IOException {
    if (drainReason != null || host.isClosed()) {
      return;
    }
    drainReason = reason;
    leaving.retireAll(reason);
    if (!point.isShared()) {
      stopListening(reason);
    } // else a successor will serve those who wait, or give up what it shares
  }

  /** Nobody else has it any more, or will: a drain that waited for that begins. */
  void own() throws IOException {
    point.own();
    if (drainReason != null && !drained && !host.isClosed()) {
      stopListening(drainReason);
    }
  }

  private void stopListening(String reason) throws IOException {
    if (point.lent()) {
      leave(reason);
    } else {
      loop.schedule(IDLE_LEAVE_MILLIS, this::refuseMore);
      goOn(reason);
    }
  }

  /** The same where another server takes those who wait in the queue: it is not touched. */
  void leave(String reason) throws IOException {
    if (drained || host.isClosed()) {
      return;
    }
    drainReason = reason;
    refusing = true;
    drained = true;
    leaving.retireAll(reason);
    host.stopWatching();
    point.close();
    host.drained();
  }

  private void refuseMore() {
    if (refusing || host.isClosed()) {
      return;
    }
    refusing = true;
    try {
      host.stopWatching();
      point.refuseMore();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot stop listening on " + point.address(), e);
    }
    host.lookAgainNow();
  }

  /** An idle worker must have left before the socket refuses: it would fail in accept. */
  private void goOn(String reason) throws IOException {
    if (drained || host.isClosed() || point.isShared()) {
      return;
    }
    if (!refusing) {
      if (!workers.anyIdle()) {
        refuseMore();
      }
      return;
    }
    int waiting = point.waiting();
    if (waiting > 0 && host.trouble() == null) {
      int starting = workers.count(WorkerState.STARTING);
      int wanted = Math.min(waiting - workers.accepting(), Population.MAX_STARTING) - starting;
      boolean full = false;
      for (int i = 0; i < wanted && !full; i++) {
        full = !host.start();
      }
      host.lookAgainSoon();
      return;
    }
    drained = true;
    if (waiting > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} connections to {1} cannot be served: {2}",
          waiting,
          point.address(),
          host.trouble());
    }
    leaving.retireAll(reason);
    point.refuseAll();
    host.drained();
  }

  boolean isDrained() {
    return drained;
  }
}
