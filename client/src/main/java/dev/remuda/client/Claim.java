package dev.remuda.client;

import dev.remuda.protocol.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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

  /** The end of a clock that does not run. */
  static final long NEVER = Long.MAX_VALUE;

  /** The order in which checkouts were taken, which one that waits again does not lose. */
  static final Comparator<Claim> BY_TICKET = (a, b) -> Long.compare(a.ticket, b.ticket);

  static final Comparator<Claim> BY_DEADLINE =
      (a, b) -> {
        int order = Long.compare(a.deadlineNanos, b.deadlineNanos);
        return order == 0 ? BY_TICKET.compare(a, b) : order;
      };

  /** A call that ends worker after worker while they read it must not have all of them. */
  private static final int MAX_RETRIES = 3;

  private static final int MAX_OUTSTANDING = 64;
  private static final int MAX_OUTSTANDING_BYTES = 1 << 20;

  private final PoolCore pool;
  private final Terms terms;

  /** Where the checkout was taken, for what happens while there is no call. */
  private final CallSite site;

  /** Sent and not answered. */
  private final Deque<PendingCall> outstanding = new ArrayDeque<>(2);

  /** Not sent yet. */
  private final Deque<PendingCall> queued = new ArrayDeque<>(2);

  private final long ticket;
  private final long takenNanos;

  /** Kept by {@link Deadlines}. */
  long deadlineNanos = NEVER;

  private State state = State.WAITING;
  private @Nullable WorkerConnection worker;

  /** What every later call is told, each with the stack of its own place. */
  private @Nullable Function<CallSite, TaskException> fatal;

  private boolean releaseAsked;
  private boolean called;
  private boolean answered;
  private boolean failed;
  private int retries;
  private int outstandingBytes;

  Claim(PoolCore pool, Terms terms, CallSite site) {
    this.pool = pool;
    this.terms = terms;
    this.site = site;
    this.ticket = pool.nextTicket();
    this.takenNanos = pool.loop().nanoTime();
  }

  CallSite site() {
    return site;
  }

  void issue(PendingCall call) {
    call.claim = this;
    pool.outcomes().issued();
    TaskException refusal = refusedAtOnce(call);
    if (refusal != null) {
      pool.outcomes().fail(call, refusal);
    } else if (call.future.isCancelled()) {
      pool.outcomes()
          .fail(
              call,
              new CallCancelledException(
                  call.method(), "its future was cancelled", null, call.site));
    } else if (releaseAsked && state != State.DYING) {
      pool.outcomes().fail(call, closed(call, "its checkout was released"));
    } else {
      queued.add(call);
      if (state == State.DYING) {
        return; // it will be told why
      }
      if (outstanding.isEmpty() && queued.size() == 1) {
        headChanged(call);
      } else {
        sendAhead();
      }
    }
  }

  private static CheckoutClosedException closed(PendingCall call, String what) {
    return new CheckoutClosedException(call.method(), what, call.site);
  }

  /** Behind others a call waits even for its refusal, since that skips those behind it. */
  private @Nullable TaskException refusedAtOnce(PendingCall call) {
    if (fatal != null) {
      return fatal.apply(call.site);
    }
    return head() == null ? refusal(call) : null;
  }

  /** Why a call must not be sent, or null if it may. */
  private @Nullable TaskException refusal(PendingCall call) {
    long now = pool.loop().nanoTime();
    if (call.inheritedNanos <= now) {
      return new QueueTimeoutException(
          call.method(),
          call.queued(now),
          pool.stats(),
          "the deadline that it was made under is over",
          call.site);
    }
    Duration left = pool.poison().refusal(call, now);
    return left.isZero()
        ? null
        : new PoisonedCallException(
            call.method(), call.fingerprint(), pool.poison().rule(), left, call.site);
  }

  /** Gives the worker back once the calls made so far are answered. */
  void release() {
    releaseAsked = true;
    if (head() == null && (state == State.WAITING || state == State.GRANTED)) {
      finish();
    }
  }

  void granted(WorkerConnection connection) {
    state = State.GRANTED;
    worker = connection;
  }

  /** Sends what waits for the worker, unless a listener was faster. */
  void begin() {
    PendingCall head = queued.peek();
    if (state == State.GRANTED && worker != null && outstanding.isEmpty() && head != null) {
      sendHead(worker, head);
    }
  }

  /** How long it waited for its worker. */
  Duration queued() {
    return Duration.ofNanos(pool.loop().nanoTime() - takenNanos);
  }

  /** True once it needs no worker any more. */
  boolean isOver() {
    return state == State.DEAD || state == State.RELEASED;
  }

  /** What its worker does; null where it has none. */
  @Nullable RunningCall runningCall(long now) {
    if (worker == null || isOver()) {
      return null;
    }
    PendingCall call = outstanding.peek();
    return call == null
        ? new RunningCall("", worker.describe(), Duration.ZERO)
        : new RunningCall(call.method(), worker.describe(), call.running(now));
  }

  /** True while its worker owes it an answer. */
  boolean isCalling() {
    return !outstanding.isEmpty();
  }

  private @Nullable PendingCall head() {
    return outstanding.isEmpty() ? queued.peek() : outstanding.peek();
  }

  /** A value that comes before the answer. */
  void progressed(@Nullable Object wire) {
    PendingCall call = outstanding.getFirst();
    PendingCall.Progress progress = call.request.progress();
    if (progress == null) {
      throw new IllegalStateException("progress came for " + call.method() + ", which wants none");
    }
    call.progressed = true;
    progress.value(wire);
  }

  /** So many values of {@code call} were taken. */
  void acknowledge(PendingCall call, int values) {
    if (state == State.GRANTED && worker != null && outstanding.peek() == call) {
      worker.acknowledge(values);
    }
  }

  /** The worker's answer to the call it has. */
  void answered(Message reply) {
    PendingCall call = outstanding.remove();
    outstandingBytes -= call.request.arguments().length;
    answered = true;
    if (call.context.log() != null) {
      call.context.log().answered(reply.meta().log());
    }
    String who = describeWorker();
    if (reply instanceof Message.Er error) {
      Objects.requireNonNull(worker).batchFailed(outstanding.size());
      failed = true;
      endBadly(call, exception(call, error));
    } else if (reply instanceof Message.Ok ok) {
      next();
      pool.outcomes().succeed(call, ok.result(), who);
    }
  }

  /** The worker lives, but the calls behind this one are not run. */
  private void endBadly(PendingCall call, TaskException reason) {
    Deque<PendingCall> skipped = takeAll();
    next();
    pool.outcomes().fail(call, reason);
    skip(skipped, Set.of(), reason);
  }

  private TaskException exception(PendingCall call, Message.Er error) {
    boolean setup =
        error.error() instanceof String text && text.startsWith(SetupFailedException.PREFIX);
    return setup
        ? new SetupFailedException(call.method(), describeWorker(), error, call.site)
        : new CallFailedException(call.method(), describeWorker(), error, call.site);
  }

  private void next() {
    PendingCall head = head();
    if (head != null) {
      head.clockNanos = pool.loop().nanoTime();
      head.waitingNanos = head.clockNanos;
      headChanged(head);
      return;
    }
    pool.deadlines().stop(this);
    if (releaseAsked) {
      finish();
    }
  }

  private void headChanged(PendingCall head) {
    if (!outstanding.isEmpty()) {
      pool.deadlines().set(this, terms.runningEnds(head));
      sendAhead();
    } else if (worker != null) {
      sendHead(worker, head);
    } else {
      pool.deadlines().set(this, terms.waitingEnds(head));
    }
  }

  private void sendHead(WorkerConnection connection, PendingCall head) {
    TaskException refusal = refusal(head);
    if (refusal != null) {
      queued.remove();
      endBadly(head, refusal);
      return;
    }
    send(connection, head);
    sendAhead();
  }

  /** Sends what may be sent before the answers to what was. */
  private void sendAhead() {
    if (worker == null || outstanding.isEmpty() || !worker.pipelines()) {
      return;
    }
    while (!queued.isEmpty()
        && outstanding.size() < MAX_OUTSTANDING
        && outstandingBytes + queued.getFirst().request.arguments().length <= MAX_OUTSTANDING_BYTES
        && outstanding.getLast().request.progress() == null // so that no late "ak" meets the next
        && refusal(queued.getFirst()) == null) {
      send(worker, queued.getFirst());
    }
  }

  private void send(WorkerConnection connection, PendingCall call) {
    boolean behind = !outstanding.isEmpty();
    called = true;
    queued.remove();
    outstanding.add(call);
    outstandingBytes += call.request.arguments().length;
    call.sentNanos = pool.loop().nanoTime();
    long ends = terms.runningEnds(call);
    if (!behind) {
      pool.deadlines().set(this, ends);
    }
    connection.call(call, behind ? fullMillis(call) : millisUntil(ends, call.sentNanos), behind);
  }

  private static long millisUntil(long ends, long now) {
    return ends == NEVER ? -1 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(ends - now));
  }

  /** What a call has that starts only when those before it are answered. */
  private long fullMillis(PendingCall call) {
    long inherited = call.inheritedNanos == NEVER ? NEVER : call.inheritedNanos - call.sentNanos;
    long limit = Math.min(terms.longestRun(), inherited);
    return limit == NEVER ? -1 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(limit));
  }

  private void finish() {
    WorkerConnection had = worker;
    worker = null;
    if (state == State.WAITING) {
      pool.leaveQueue(this);
    }
    end(State.RELEASED);
    if (had != null) {
      had.release(called, !failed || terms.keepAfterError());
    }
  }

  private void end(State last) {
    state = last;
    pool.deadlines().stop(this);
    pool.forget(this);
  }

  /** The time of its first call has come. */
  void expired() {
    PendingCall head = Objects.requireNonNull(head());
    if (state == State.WAITING) {
      pool.leaveQueue(this);
      startDying();
      pool.trouble(trouble -> die(head, queuedTooLong(head, trouble)));
    } else {
      String who = describeWorker();
      kill(
          head,
          autopsy -> {
            PoolStats counts = pool.stats();
            return at -> new CallTimeoutException(who, autopsy, counts, at);
          });
    }
  }

  private Function<CallSite, TaskException> queuedTooLong(
      PendingCall head, @Nullable String trouble) {
    Duration waited = head.queued(pool.loop().nanoTime());
    String unreachable = pool.unreachable();
    PoolStats counts = pool.stats();
    return unreachable == null
        ? at -> new QueueTimeoutException(head.method(), waited, counts, trouble, at)
        : at -> new ConnectException(head.method(), waited, counts, unreachable, at);
  }

  /** Gives up on {@code call}, if it is still to be answered. */
  void cancel(PendingCall call, String reason) {
    if (state == State.DYING) {
      return; // it will be told why
    }
    if (state == State.GRANTED && outstanding.contains(call)) {
      kill(call, autopsy -> at -> new CallCancelledException(call.method(), reason, autopsy, at));
      return;
    }
    boolean first = state == State.WAITING && queued.peek() == call;
    if (queued.remove(call)) {
      if (first) {
        next();
      }
      pool.outcomes()
          .fail(call, new CallCancelledException(call.method(), reason, null, call.site));
    }
  }

  /** Its owner wants no more of it, nor of its worker. */
  void abort(String reason) {
    if (state == State.GRANTED && !outstanding.isEmpty()) {
      PendingCall head = outstanding.getFirst();
      kill(head, autopsy -> at -> new CallCancelledException(head.method(), reason, autopsy, at));
    } else if (state == State.GRANTED || state == State.WAITING) {
      WorkerConnection had = worker;
      if (state == State.WAITING) {
        pool.leaveQueue(this);
      }
      if (had != null) {
        had.discard();
      }
      PendingCall head = queued.peek();
      die(head, at -> new CallCancelledException(methodOf(head), reason, null, at));
    }
  }

  /** No room in the queue: its calls are told so. */
  void refuse(Function<CallSite, TaskException> reason) {
    die(queued.peek(), reason);
  }

  private void startDying() {
    state = State.DYING;
    pool.deadlines().stop(this);
  }

  private void kill(
      PendingCall culprit, Function<Autopsy, Function<CallSite, TaskException>> exception) {
    startDying();
    long now = pool.loop().nanoTime();
    WorkerConnection victim = Objects.requireNonNull(worker);
    victim.abort(
        culprit.method() + " had no answer",
        dump ->
            pool.coroner()
                .examine(
                    victim, culprit, dump, now, autopsy -> die(culprit, exception.apply(autopsy))));
  }

  /** The client closes: nobody will answer any more. */
  void closed() {
    PendingCall head = head();
    die(head, at -> new CheckoutClosedException(methodOf(head), "its client was closed", at));
  }

  /**
   * The worker's connection has ended.
   *
   * @param notRead whether it is certain that the worker never read the one call it was sent
   * @param cut whether a network may have ended it, and not the worker
   */
  void lost(boolean notRead, boolean cut) {
    if (state != State.GRANTED) {
      return;
    }
    WorkerConnection dead = Objects.requireNonNull(worker);
    PendingCall head = head();
    boolean untouched = outstanding.isEmpty() || (notRead && outstanding.size() == 1);
    Suspicion suspicion =
        untouched ? Suspicion.NONE : Suspicion.of(pool, dead, outstanding.getFirst(), cut);
    if (!answered && mayRepeat(untouched)) {
      suspicion.investigate(pool.coroner(), dead);
      retry();
      return;
    }
    startDying();
    pool.coroner()
        .examine(
            dead,
            head,
            null,
            pool.loop().nanoTime(),
            autopsy -> {
              suspicion.settle(autopsy.end());
              die(head, died(dead.describe(), autopsy, pool.stats()));
            });
  }

  /** The worker's connection has ended before any worker could have read from it. */
  void rejected() {
    if (state == State.GRANTED) {
      retry();
    }
  }

  private static Function<CallSite, TaskException> died(
      String who, Autopsy autopsy, PoolStats counts) {
    return at -> new WorkerDiedException(who, autopsy, counts, at);
  }

  private boolean mayRepeat(boolean untouched) {
    if (outstanding.isEmpty()) {
      return true;
    }
    for (PendingCall call : outstanding) {
      if (!untouched && (!call.request.idempotent() || call.progressed)) {
        return false; // nobody wants the same values twice
      }
    }
    return retries++ < MAX_RETRIES;
  }

  private void retry() {
    worker = null;
    called = false;
    outstandingBytes = 0;
    state = State.WAITING;
    long now = pool.loop().nanoTime();
    while (!outstanding.isEmpty()) {
      PendingCall call = outstanding.removeLast();
      call.sentNanos = 0;
      call.waitingNanos = now;
      queued.addFirst(call);
      pool.outcomes().retries++;
    }
    PendingCall head = queued.peek();
    if (head != null) {
      headChanged(head);
    }
    pool.enterAgain(this);
  }

  /** What came from the worker was no message, or out of turn. */
  void broken(Throwable e) {
    if (state != State.GRANTED) {
      return;
    }
    PendingCall head = head();
    String who = describeWorker();
    die(head, at -> new ProtocolException(methodOf(head), who, e, at));
  }

  /** Over: {@code culprit} is told, the others were skipped, and later ones are told the same. */
  private void die(@Nullable PendingCall culprit, Function<CallSite, TaskException> why) {
    if (isOver()) {
      return; // something else was faster
    }
    fatal = why;
    TaskException reason = why.apply(siteOf(culprit));
    worker = null;
    end(State.DEAD);
    List<PendingCall> ahead = aheadOf(culprit);
    Set<PendingCall> sent = new HashSet<>(outstanding);
    Deque<PendingCall> skipped = takeAll();
    if (culprit != null && skipped.remove(culprit)) { // else it was cancelled, and told so
      pool.outcomes().fail(culprit, reason);
    }
    for (PendingCall call : ahead) {
      skipped.remove(call);
      pool.outcomes().fail(call, endedWith(call, reason));
    }
    skip(skipped, sent, reason);
  }

  /** Those sent before it, which may have run; none but where a call behind is given up. */
  private List<PendingCall> aheadOf(@Nullable PendingCall culprit) {
    if (culprit == null || !outstanding.contains(culprit)) {
      return List.of();
    }
    var ahead = new ArrayList<PendingCall>();
    for (PendingCall call : outstanding) {
      if (call == culprit) {
        break;
      }
      ahead.add(call);
    }
    return ahead;
  }

  private static CallCancelledException endedWith(PendingCall call, TaskException reason) {
    return new CallCancelledException(
        call.method(),
        "its worker was ended, since a call behind it was given up; it may have run ("
            + reason.getMessage()
            + ")",
        null,
        call.site);
  }

  private Deque<PendingCall> takeAll() {
    Deque<PendingCall> all = new ArrayDeque<>(outstanding);
    all.addAll(queued);
    outstanding.clear();
    queued.clear();
    outstandingBytes = 0;
    return all;
  }

  private void skip(
      Deque<PendingCall> skipped, Set<PendingCall> mayHaveRun, TaskException earlier) {
    for (PendingCall call : skipped) {
      boolean doubtful = mayHaveRun.contains(call);
      pool.outcomes()
          .fail(call, new CallSkippedException(call.method(), earlier, doubtful, call.site));
    }
  }

  /** Between two calls there is none: then the next that is made hears of it. */
  private static String methodOf(@Nullable PendingCall call) {
    return call == null ? "a call" : call.method();
  }

  private CallSite siteOf(@Nullable PendingCall call) {
    return call == null ? site : call.site;
  }

  String describeWorker() {
    return worker == null ? "a worker" : worker.describe();
  }
}
