package dev.remuda.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.remuda.protocol.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The truth of one simulated run: what users asked for, what workers did. It compares the two
 * whenever either moves, and counts what happened.
 */
final class Ledger {
  /** How long after its deadline a call may end: the abort, the supervisor, and a busy loop. */
  private static final long GRACE_NANOS = MILLISECONDS.toNanos(1_000 + 200 + 50);

  /** An answer is there a little before its caller is told. */
  private static final long ANSWER_NANOS = MILLISECONDS.toNanos(1);

  private static final String KILLER = "kill";
  private static final long NO_CALL = -1;

  private final SimulatedLoop loop;
  private final Map<String, Integer> counts;
  final List<Call> calls = new ArrayList<>();
  private final List<Taken> checkouts = new ArrayList<>();
  private final Set<SimulatedWorker> spoiled = new HashSet<>();
  private int deaths;

  Ledger(SimulatedLoop loop, Map<String, Integer> counts) {
    this.loop = loop;
    this.counts = counts;
  }

  void count(String what) {
    counts.merge(what, 1, Integer::sum);
    loop.note(() -> "  (" + what + ")");
  }

  void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw loop.fault(new AssertionError(otherwise.get()));
    }
  }

  /** A checkout, as its user knows it. */
  static final class Taken {
    final long number;
    final Terms terms;
    final List<Call> calls = new ArrayList<>();
    final Set<String> failures = new HashSet<>();
    boolean released;
    boolean releasedInside;
    boolean aborted;
    long lastRunInside = -1;
    long lastRunOutside = -1;
    @Nullable SimulatedWorker worker;

    Taken(long number, Terms terms) {
      this.number = number;
      this.terms = terms;
    }
  }

  /** A call, as its user and its workers know it. */
  static final class Call {
    final long number;
    final long sequence;
    final Taken checkout;
    final boolean idempotent;
    final boolean killer;
    final long issuedNanos;
    final boolean inside;
    final boolean afterRelease;
    final boolean afterAbort;
    @Nullable CompletableFuture<?> future;
    long endedNanos = -1;
    boolean cancelled;
    boolean answeredOk;
    @Nullable String answeredError;
    int runs;
    int ends;

    Call(
        long number,
        Taken checkout,
        boolean idempotent,
        boolean killer,
        boolean inside,
        long issuedNanos) {
      this.number = number;
      this.inside = inside;
      this.sequence = checkout.calls.size();
      this.checkout = checkout;
      this.idempotent = idempotent;
      this.killer = killer;
      this.issuedNanos = issuedNanos;
      this.afterRelease = checkout.released && (!inside || checkout.releasedInside);
      this.afterAbort = checkout.aborted;
      checkout.calls.add(this);
    }

    @Override
    public String toString() {
      return "call " + number + " (" + sequence + " of checkout " + checkout.number + ")";
    }
  }

  Taken checkout(Terms terms) {
    var taken = new Taken(checkouts.size(), terms);
    checkouts.add(taken);
    return taken;
  }

  void released(Taken checkout) {
    checkout.releasedInside |= !checkout.released && !checkout.aborted && loop.isCurrent();
    checkout.released = true;
  }

  Call call(Taken checkout, boolean idempotent, boolean killer) {
    var call = new Call(calls.size(), checkout, idempotent, killer, loop.isCurrent(), loop.time());
    calls.add(call);
    return call;
  }

  // What workers do

  static boolean isKiller(Message.Do call) {
    return call.arguments().getFirst() instanceof String method && method.equals(KILLER);
  }

  static long checkoutOf(Message.Do call) {
    return isKiller(call) ? -2 : (Long) call.arguments().get(1);
  }

  static long callOf(Message.Do call) {
    return isKiller(call) ? NO_CALL : (Long) call.arguments().get(3);
  }

  private @Nullable Call known(Message.Do message) {
    long number = callOf(message);
    return number == NO_CALL ? null : calls.get((int) number);
  }

  boolean keepsAfterError(Message.Do message) {
    Call call = known(message);
    return call == null || call.checkout.terms.keepAfterError();
  }

  void arrived(Message.Do message, SimulatedWorker worker) {
    Call call = known(message);
    if (call == null) {
      return;
    }
    require(!call.afterRelease, () -> call + " was made after the release, and sent");
    checkLimit(message, call);
    SimulatedWorker before = call.checkout.worker;
    require(
        before == null || before == worker || before.isDead(),
        () ->
            call
                + " comes to "
                + worker.id
                + " while "
                + (before == null ? "" : before.id)
                + " lives");
    call.checkout.worker = worker;
  }

  private void checkLimit(Message.Do message, Call call) {
    long left = message.meta().millisLeft();
    long most = call.checkout.terms.longestRun();
    require(
        left < 0 || (left >= 1 && left <= Math.max(1, most / 1_000_000)),
        () -> call + " is said to have " + left + " ms left");
  }

  void runs(Message.Do message, SimulatedWorker worker) {
    Call call = known(message);
    if (call == null) {
      return;
    }
    call.runs++;
    require(call.runs == 1 || call.idempotent, () -> call + " runs twice, now on " + worker.id);
    checkOrder(call);
    if (call.runs > 1) {
      count("an idempotent call runs again");
    }
  }

  /** On the loop calls are made at once, and so before those that other threads have just made. */
  private void checkOrder(Call call) {
    Taken own = call.checkout;
    long before =
        call.inside ? Math.max(own.lastRunInside, own.lastRunOutside) : own.lastRunOutside;
    require(call.sequence > before || call.runs > 1, () -> call + " runs out of its order");
    if (call.inside) {
      own.lastRunInside = Math.max(own.lastRunInside, call.sequence);
    } else {
      own.lastRunOutside = Math.max(own.lastRunOutside, call.sequence);
    }
  }

  void answersOk(Message.Do message) {
    Call call = known(message);
    if (call != null) {
      call.answeredOk = true;
    }
  }

  void answersError(Message.Do message, String error) {
    Call call = known(message);
    if (call != null) {
      call.answeredError = error;
    }
  }

  /** What the worker has sent is no proper answer. */
  void spoils(SimulatedWorker worker) {
    spoiled.add(worker);
  }

  void workerDied() {
    deaths++;
  }

  // What users hear

  void ended(Call call, @Nullable Object value, @Nullable Throwable failure) {
    call.ends++;
    require(call.ends == 1, () -> call + " ends twice");
    if (failure instanceof CancellationException) {
      require(call.cancelled, () -> call + " was cancelled by nobody");
      count("cancelled by its user");
      return;
    }
    call.endedNanos = loop.handedOverNanos();
    loop.note(() -> "  " + call + ": " + (failure == null ? value : failure));
    if (failure == null) {
      count("result");
      require(
          call.killer || (call.answeredOk && call.runs > 0), () -> call + " has nobody's result");
      require(
          call.killer || Long.valueOf(call.number).equals(value),
          () -> call + " has result " + value);
    } else {
      failed(call, failure);
    }
    checkNotLate(call);
  }

  private void failed(Call call, Throwable failure) {
    count(failure.getClass().getSimpleName());
    require(failure instanceof TaskException, () -> call + " failed with " + failure);
    boolean answeredBadly = !spoiled.isEmpty() || call.killer;
    switch ((TaskException) failure) {
      case CallFailedException _ ->
          require(answeredBadly || "no".equals(call.answeredError), () -> call + " did not fail");
      case SetupFailedException _ ->
          require(
              answeredBadly || call.answeredError != null, () -> call + " did not fail in setup");
      case CallTimeoutException timeout -> {
        Terms terms = call.checkout.terms;
        checkNotEarly(call, failure, least(terms.timeout(), terms.callTimeout()));
        if (timeout.threadDump().isPresent()) {
          count("timeout with a dump");
        }
      }
      case QueueTimeoutException _, ConnectException _ -> {
        Terms terms = call.checkout.terms;
        checkNotEarly(call, failure, least(terms.timeout(), terms.queueTimeout()));
        require(call.runs == 0 || call.idempotent, () -> call + " ran, and never had a worker");
      }
      case WorkerDiedException _ -> require(deaths > 0, () -> call + ": no worker died");
      case ProtocolException e ->
          require(
              !spoiled.isEmpty(), () -> call + ": no worker broke the protocol: " + e.getCause());
      case CallSkippedException e -> skipped(call, e);
      case CallCancelledException _ ->
          require(
              call.cancelled || call.checkout.aborted || anyCancelled(call.checkout),
              () -> call + ": nobody gave it up");
      case CheckoutClosedException e ->
          require(
              call.checkout.released
                  || String.valueOf(e.getMessage()).contains("client was closed"),
              () -> call + ": nobody closed its checkout: " + e);
      case QueueFullException _, PoisonedCallException _ ->
          require(call.runs == 0 || call.idempotent, () -> call + " was refused, and ran");
    }
    if (call.afterAbort && !call.checkout.released) {
      require(
          !(failure instanceof CheckoutClosedException e)
              || String.valueOf(e.getMessage()).contains("client was closed"),
          () -> call + " came after an abort and is told of a release");
    }
  }

  private void skipped(Call call, CallSkippedException skipped) {
    require(skipped.getCause() instanceof TaskException, () -> call + " was skipped for no reason");
    if (skipped.getCause() instanceof CallFailedException || !skipped.mayHaveRun()) {
      require(call.runs == 0, () -> call + " was skipped after an error, and ran");
    }
  }

  private static boolean anyCancelled(Taken checkout) {
    return checkout.calls.stream().anyMatch(call -> call.cancelled);
  }

  private static long least(long a, long b) {
    return a == 0 ? b : b == 0 ? a : Math.min(a, b);
  }

  /** When its clock began: made, or those before it over; -1 where that is not known. */
  private static long clockOf(Call call) {
    long clock = call.issuedNanos;
    for (Call other : call.checkout.calls) {
      boolean before = other.sequence < call.sequence;
      if (before && other.endedNanos < 0) {
        return -1;
      }
      if (before || (other.inside && !call.inside)) { // it may have overtaken
        clock = Math.max(clock, other.endedNanos);
      }
    }
    return clock;
  }

  private void checkNotEarly(Call call, Throwable failure, long limit) {
    if (!call.checkout.failures.add(String.valueOf(failure.getMessage()))
        || (call.sequence > 0 && anyCancelled(call.checkout))) {
      return; // an earlier call has met its deadline, and all later ones hear of it at once
    }
    require(limit > 0, () -> call + " has no such limit");
    long clock = call.issuedNanos;
    for (Call earlier : call.checkout.calls.subList(0, (int) call.sequence)) {
      clock = Math.max(clock, earlier.endedNanos - ANSWER_NANOS);
    }
    long took = call.endedNanos - clock;
    require(took >= limit, () -> call + " ended early, after " + took + " of " + limit);
  }

  private void checkNotLate(Call call) {
    long timeout = call.checkout.terms.timeout();
    long clock = clockOf(call);
    if (timeout > 0 && clock >= 0) {
      long took = call.endedNanos - clock;
      require(
          took <= timeout + GRACE_NANOS,
          () -> call + " ended late: " + took + " with a limit of " + timeout);
    }
  }
}
