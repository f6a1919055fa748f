package dev.remuda.client;

import dev.remuda.protocol.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The loop's side of a checkout: its calls in order, its worker, its deadline. */
final class Claim {
  private enum State {
    /** In the pool's queue. */
    WAITING,
    /** A worker is its own. */
    GRANTED,
    /** Its worker is lost or being killed; the reason is still being found out. */
    DYING,
    /** Over, by an error that every later call is told. */
    DEAD,
    /** Over, in order. */
    RELEASED
  }

  /** A call that ends worker after worker while they read it must not have all of them. */
  private static final int MAX_RETRIES = 3;

  private final PoolCore pool;
  private final Deque<PendingCall> calls = new ArrayDeque<>(2);
  private State state = State.WAITING;
  private @Nullable WorkerConnection worker;
  private @Nullable TaskException fatal;
  private boolean releaseAsked;
  private boolean called;
  private boolean answered;
  private boolean failed;
  private int retries;

  Claim(PoolCore pool) {
    this.pool = pool;
  }

  void issue(PendingCall call) {
    call.claim = this;
    if (fatal != null) {
      pool.fail(call, fatal);
    } else if (releaseAsked) {
      pool.fail(
          call, new CheckoutClosedException(call.method, "its checkout was released", call.site));
    } else {
      calls.add(call);
      if (calls.peek() == call && state != State.DYING) {
        headChanged(call);
      }
    }
  }

  /** Gives the worker back once the calls made so far are answered. */
  void release() {
    releaseAsked = true;
    if (calls.isEmpty() && (state == State.WAITING || state == State.GRANTED)) {
      finish();
    }
  }

  void granted(WorkerConnection connection) {
    state = State.GRANTED;
    worker = connection;
    PendingCall head = calls.peek();
    if (head != null) {
      send(connection, head);
    }
  }

  /** True while its worker owes it an answer. */
  boolean isCalling() {
    PendingCall head = calls.peek();
    return head != null && head.sentNanos != 0;
  }

  /** The worker's answer to the call it has. */
  void answered(Message reply) {
    PendingCall call = calls.remove();
    answered = true;
    if (reply instanceof Message.Er error) {
      failed = true;
      TaskException exception = exception(call, error);
      Deque<PendingCall> skipped = takeAll();
      next();
      pool.fail(call, exception);
      skip(skipped, exception);
    } else if (reply instanceof Message.Ok ok) {
      next();
      pool.succeed(call, ok.result(), describeWorker());
    }
  }

  private TaskException exception(PendingCall call, Message.Er error) {
    boolean setup =
        error.error() instanceof String text && text.startsWith(SetupFailedException.PREFIX);
    return setup
        ? new SetupFailedException(call.method, describeWorker(), error, call.site)
        : new CallFailedException(call.method, describeWorker(), error, call.site);
  }

  private void next() {
    PendingCall head = calls.peek();
    if (head != null) {
      head.clockNanos = System.nanoTime();
      headChanged(head);
      return;
    }
    pool.deadlines().stop(this);
    if (releaseAsked) {
      finish();
    }
  }

  private void headChanged(PendingCall head) {
    pool.deadlines().start(this);
    if (worker != null) {
      send(worker, head);
    }
  }

  private void send(WorkerConnection connection, PendingCall head) {
    called = true;
    head.sentNanos = System.nanoTime();
    connection.call(head);
  }

  private void finish() {
    WorkerConnection had = worker;
    worker = null;
    if (state == State.WAITING) {
      pool.leaveQueue(this);
    }
    end(State.RELEASED);
    if (had != null) {
      had.release(called, failed);
    }
  }

  private void end(State last) {
    state = last;
    pool.deadlines().stop(this);
    pool.forget(this);
  }

  /** When the time of its first call ends, by {@link System#nanoTime}. */
  long deadlineNanos() {
    return calls.getFirst().clockNanos + pool.timeoutNanos();
  }

  /** That time has come. */
  void expired() {
    PendingCall head = calls.getFirst();
    if (state == State.WAITING) {
      pool.leaveQueue(this);
      startDying();
      pool.trouble(trouble -> die(queuedTooLong(head, trouble)));
    } else {
      kill(head, dump -> timedOut(head, dump));
    }
  }

  private QueueTimeoutException queuedTooLong(PendingCall head, @Nullable String trouble) {
    return new QueueTimeoutException(
        head.method, head.queued(System.nanoTime()), pool.stats(), trouble, head.site);
  }

  private CallTimeoutException timedOut(PendingCall head, @Nullable String dump) {
    long now = System.nanoTime();
    return new CallTimeoutException(
        head.method,
        describeWorker(),
        head.queued(now),
        head.running(now),
        dump,
        pool.stats(),
        head.site);
  }

  /** Gives up on {@code call}, if it is still to be answered. */
  void cancel(PendingCall call, String reason) {
    if (calls.peek() == call && state == State.GRANTED) {
      kill(call, dump -> new CallCancelledException(call.method, reason, call.site));
      return;
    }
    boolean first = calls.peek() == call;
    if (calls.remove(call)) {
      if (first && state == State.WAITING) {
        next();
      }
      pool.fail(call, new CallCancelledException(call.method, reason, call.site));
    }
  }

  private void startDying() {
    state = State.DYING;
    pool.deadlines().stop(this);
  }

  private void kill(
      PendingCall head, java.util.function.Function<@Nullable String, TaskException> exception) {
    startDying();
    WorkerConnection victim = java.util.Objects.requireNonNull(worker);
    victim.abort(head.method + " had no answer", dump -> die(exception.apply(dump)));
  }

  /** The client closes: nobody will answer any more. */
  void closed() {
    PendingCall head = calls.peek();
    CallSite site = head == null ? new CallSite() : head.site;
    die(
        new CheckoutClosedException(
            head == null ? "a call" : head.method, "its client was closed", site));
  }

  /**
   * The worker's connection has ended.
   *
   * @param notRead whether the kernel proved that the worker never read the call it was sent
   */
  void lost(boolean notRead) {
    if (state != State.GRANTED) {
      return;
    }
    PendingCall head = calls.peek();
    boolean sent = head != null && head.sentNanos != 0;
    if (!answered && (!sent || (notRead && retries++ < MAX_RETRIES))) {
      retry(head);
      return;
    }
    startDying();
    WorkerConnection dead = java.util.Objects.requireNonNull(worker);
    String method = head == null ? "a call" : head.method;
    CallSite site = head == null ? new CallSite() : head.site;
    pool.exitOf(
        dead,
        exit -> die(new WorkerDiedException(method, dead.describe(), exit, pool.stats(), site)));
  }

  private void retry(@Nullable PendingCall head) {
    worker = null;
    called = false;
    state = State.WAITING;
    if (head != null) {
      head.sentNanos = 0;
    }
    pool.enterQueueFirst(this);
  }

  /** What came from the worker was no message. */
  void broken(RuntimeException e) {
    if (state != State.GRANTED) {
      return;
    }
    PendingCall head = calls.peek();
    CallSite site = head == null ? new CallSite() : head.site;
    die(new ProtocolException(head == null ? "a call" : head.method, describeWorker(), e, site));
  }

  private void die(TaskException reason) {
    fatal = reason;
    worker = null;
    end(State.DEAD);
    PendingCall head = calls.poll();
    Deque<PendingCall> skipped = takeAll();
    if (head != null) {
      pool.fail(head, reason);
    }
    skip(skipped, reason);
  }

  private Deque<PendingCall> takeAll() {
    Deque<PendingCall> all = new ArrayDeque<>(calls);
    calls.clear();
    return all;
  }

  private void skip(Deque<PendingCall> skipped, TaskException earlier) {
    for (PendingCall call : skipped) {
      pool.fail(call, new CallSkippedException(call.method, earlier, call.site));
    }
  }

  private String describeWorker() {
    return worker == null ? "a worker" : worker.describe();
  }
}
