package dev.remuda.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One worker that is a thread: it lives as a process does, but cannot be ended. */
final class ThreadWorker implements WorkerEnd {
  private static final System.Logger LOG = System.getLogger("dev.remuda");

  private final String id;
  private final SocketChannel channel;
  private final Class<?> implementation;
  private final @Nullable Class<?> contract;
  private final Activity activity = new Activity();
  private final long startedAt = System.nanoTime();
  private final Thread thread;

  @GuardedBy("this")
  private ThreadWorkers.State state = ThreadWorkers.State.STARTING;

  private volatile @Nullable Connection connection;

  ThreadWorker(
      String id, SocketChannel channel, Class<?> implementation, @Nullable Class<?> contract) {
    this.id = id;
    this.channel = channel;
    this.implementation = implementation;
    this.contract = contract;
    this.thread = Thread.ofPlatform().name(id).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  String id() {
    return id;
  }

  synchronized ThreadWorkers.State state() {
    return state;
  }

  long ageMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  /** Blocks until its code has returned, for so long at the most; not if it is the caller. */
  void join(long millis) throws InterruptedException {
    if (!thread.equals(Thread.currentThread())) {
      thread.join(Math.max(1, millis));
    }
  }

  private void run() {
    try {
      serve();
    } catch (Throwable e) {
      // Running out of memory, too: a process would end of it, and so does this connection.
      LOG.log(System.Logger.Level.WARNING, "worker " + id + " ends: " + Failures.text(e), e);
    } finally {
      activity.close();
      closeChannel();
      if (state() == ThreadWorkers.State.ABANDONED) {
        LOG.log(System.Logger.Level.INFO, "worker {0}, given up before, has ended now", id);
      }
    }
  }

  private void serve() {
    var served = new ServedObject(implementation, contract);
    setup(served);
    var hello =
        new WorkerHello(ProcessHandle.current().pid(), id, Worker.capabilities(served), null);
    var present = new Connection(channel, served, activity, hello, this);
    connection = present;
    transition(ThreadWorkers.State.BUSY);
    var watchdog = new Watchdog(activity, 0, Watchdog.Pulse.NONE);
    watchdog.serving(present.inbox());
    watchdog.start();
    present.serve();
    if (state() != ThreadWorkers.State.ABANDONED) {
      teardown(served);
    }
  }

  /** When it fails, each call tries it again, and tells the caller. */
  private void setup(ServedObject served) {
    activity.begin();
    try {
      served.setup();
    } catch (ServedObject.SetupException e) {
      LOG.log(System.Logger.Level.WARNING, "worker " + id + ": " + e.getMessage());
    } finally {
      Thread.interrupted();
      activity.end();
    }
  }

  private void teardown(ServedObject served) {
    Thread.interrupted();
    activity.begin();
    try {
      served.teardown();
    } catch (Exception e) {
      LOG.log(System.Logger.Level.WARNING, "worker " + id + ": teardown failed", e);
    } finally {
      activity.end();
    }
  }

  private synchronized void transition(ThreadWorkers.State to) {
    if (state != ThreadWorkers.State.ABANDONED) {
      state = to;
    }
  }

  /** Ends its connection, and leaves a call that runs behind; hooks run to their end. */
  void disconnect(String reason) {
    closeChannel();
    Connection present = connection;
    Invocation call = present == null ? null : present.running();
    if (call != null) {
      abandon(call.method(), reason);
    }
  }

  /** Ends its connection, and leaves whatever runs behind. */
  void giveUp(String reason) {
    disconnect(reason);
    if (activity.runningNanos() >= 0) {
      abandon("a hook", reason);
    }
  }

  private void abandon(String method, String reason) {
    synchronized (this) {
      if (state == ThreadWorkers.State.ABANDONED) {
        return;
      }
      state = ThreadWorkers.State.ABANDONED;
    }
    Connection present = connection;
    if (present != null) {
      present.abandon();
    }
    thread.interrupt();
    LOG.log(
        System.Logger.Level.WARNING,
        "worker {0} is given up: {1}. A thread cannot be ended: {2} was interrupted, and may run"
            + " on",
        id,
        reason,
        method);
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0}: closing its connection: {1}", id, e);
    }
  }

  @Override
  public void now(int status) {
    disconnect("nobody waits for its call any more");
  }

  @Override
  public boolean ownsProcess() {
    return false;
  }

  @Override
  public void say(String text) {
    LOG.log(System.Logger.Level.WARNING, "worker " + id + ": " + text.strip());
  }
}
