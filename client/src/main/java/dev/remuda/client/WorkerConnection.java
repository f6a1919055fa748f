package dev.remuda.client;

import dev.remuda.context.TraceParent;
import dev.remuda.protocol.Capability;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WireException;
import dev.remuda.protocol.WorkerHello;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection to one worker, on the loop. */
final class WorkerConnection implements Line.Owner {
  private enum State {
    /** No worker has accepted yet, as far as the peer can say. */
    CONNECTING,
    /** In the pool's stack of free workers. */
    IDLE,
    /** A claim has it. */
    CHECKED_OUT,
    /** Released; the worker's {@code checkoutDone} runs. */
    RELEASING,
    /** Its call is given up; the thread dump is awaited. */
    ABORTING,
    CLOSED
  }

  /** How long a worker has to begin its answer to an abort. */
  private static final long ABORT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long it has to end that answer. */
  private static final long DUMP_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

  private static final long YOUNG_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PoolCore pool;
  private final Endpoint endpoint;
  private final long startedNanos;
  private final MessageReader reader = new MessageReader(Limits.DEFAULTS);
  private State state = State.CONNECTING;
  private @Nullable Line line;
  private @Nullable WorkerHello hello;
  private boolean wasReset;
  private @Nullable Claim claim;
  private @Nullable Consumer<@Nullable String> aborted;
  private Loop.@Nullable Timer patience;
  private boolean announced;
  private boolean replyBegun;
  private boolean heard;
  private boolean unsent;
  private boolean retiring;
  private boolean dropped;
  private long batch;
  private int skips;
  private int checkouts;
  private long idleSince;
  private long connectNanos;

  WorkerConnection(PoolCore pool, Endpoint endpoint) {
    this.pool = pool;
    this.endpoint = endpoint;
    this.startedNanos = pool.loop().nanoTime();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Who serves it, as far as it has said. */
  String describe() {
    return hello == null
        ? "a worker at " + endpoint.address
        : "worker " + hello.id() + " (pid " + hello.pid() + ")";
  }

  /** The worker's name at its supervisor; empty where it has not said it. */
  String workerId() {
    return hello == null ? "" : hello.id();
  }

  long pid() {
    return hello == null ? 0 : hello.pid();
  }

  /** The way to the supervisor that the worker has named, if it did and it is on this host. */
  SupervisorLink namedSupervisor(Duration patience) {
    return hello == null ? SupervisorLink.NONE : ControlLink.to(hello, endpoint.address, patience);
  }

  /** How often it was checked out. */
  int checkouts() {
    return checkouts;
  }

  /** True when it has ended within a second without ever being of use. */
  boolean diedYoung() {
    return checkouts == 0 && pool.loop().nanoTime() - startedNanos - connectNanos < YOUNG_NANOS;
  }

  /** How long it took until a worker had accepted. */
  long connectNanos() {
    return connectNanos;
  }

  long idleSince() {
    return idleSince;
  }

  boolean isConnecting() {
    return state == State.CONNECTING;
  }

  /** True while a claim has it. */
  boolean isActive() {
    return state != State.CONNECTING && state != State.IDLE && state != State.CLOSED;
  }

  /** True when it is to be closed at its release. */
  boolean isRetiring() {
    return retiring;
  }

  /** False from the moment that its end has begun, before {@link #ended} tells of it. */
  boolean isOpen() {
    return line != null && line.isOpen();
  }

  /** Whether several calls may be sent before their replies. */
  boolean pipelines() {
    return can(Capability.PIPE);
  }

  private boolean can(Capability capability) {
    return hello != null && hello.capabilities().contains(capability);
  }

  /** Takes it from the stack of free workers; true if that was for the last time. */
  boolean checkOut(Claim owner) {
    transition(State.IDLE, State.CHECKED_OUT);
    claim = owner;
    checkouts++;
    boolean last = !retiring && pool.maxCheckouts() > 0 && checkouts >= pool.maxCheckouts();
    retiring |= last;
    return last;
  }

  /**
   * Sends a call.
   *
   * @param millisLeft of its deadline, or -1 for no end
   * @param behind whether others are still to be answered
   */
  void call(PendingCall call, long millisLeft, boolean behind) {
    if (!behind) {
      replyBegun = false;
      unsent = !isOpen();
    }
    Meta meta = withContext(announced ? Meta.EMPTY : pool.hello(), call.context);
    announced = true;
    PendingCall.Progress progress = call.request.progress();
    long window = progress != null && can(Capability.PR) ? progress.window() : 0;
    pool.writer()
        .writeDo(
            meta, can(Capability.DL) ? millisLeft : -1, batch, window, call.request.arguments());
    send(behind);
  }

  private Meta withContext(Meta meta, CallContext context) {
    Meta all = meta;
    TraceParent trace = context.trace();
    if (trace != null && can(Capability.TP)) {
      all = all.andTraceParent(trace.value());
      all = trace.state() == null ? all : all.andTraceState(trace.state());
    }
    CallLog log = context.log();
    if (log != null) {
      log.sent();
      all = can(Capability.LG) ? all.andVerbosity(log.verbosity()) : all;
    }
    return all;
  }

  /** A call has failed: those sent behind it are answered, but not run. */
  void batchFailed(int behind) {
    if (can(Capability.PIPE)) {
      batch++;
      skips += behind;
    }
  }

  /** So many values of the running call were taken. */
  void acknowledge(int values) {
    if (state == State.CHECKED_OUT) {
      write(new Message.Ak(Meta.taken(values)));
    }
  }

  /**
   * The claim is done with it.
   *
   * @param called whether any call was made
   * @param keep whether others may have it
   */
  void release(boolean called, boolean keep) {
    claim = null;
    if (state == State.CLOSED) {
      return; // a listener that hears of its end is faster than its claim
    }
    boolean others = keep && !retiring;
    if (pool.outcomes().isHeard()) {
      pool.outcomes().tell(new PoolEvent.Released(describe(), others));
    }
    if (!keep) {
      discard();
      return;
    }
    if (called) {
      write(new Message.Dn(Meta.EMPTY));
    }
    if (called && can(Capability.RD)) {
      transition(State.CHECKED_OUT, State.RELEASING);
      long patienceNanos = pool.terms().longestRun();
      if (patienceNanos != Claim.NEVER) {
        await(patienceNanos, this::hookHangs);
      }
    } else {
      transition(State.CHECKED_OUT, State.IDLE);
      available();
    }
  }

  private void hookHangs() {
    dropped = true;
    pool.coroner().kill(this, "its checkoutDone had no end");
    close();
  }

  /** Nobody is to have it again. */
  void discard() {
    if (state == State.CLOSED) {
      return;
    }
    transition(State.CHECKED_OUT, State.CLOSED);
    dropped = true;
    claim = null;
    close();
  }

  /**
   * Ends the worker whose call is given up.
   *
   * @param done is told the worker's thread dump, or null where it gave none
   */
  void abort(String reason, Consumer<@Nullable String> done) {
    if (state == State.CLOSED) {
      done.accept(null);
      return;
    }
    transition(State.CHECKED_OUT, State.ABORTING);
    dropped = true;
    claim = null;
    aborted = done;
    if (!can(Capability.AB)) {
      abortEnds(null);
      return;
    }
    replyBegun = false;
    write(new Message.Ab(Meta.EMPTY));
    await(
        ABORT_NANOS,
        () -> {
          if (replyBegun) {
            await(DUMP_NANOS - ABORT_NANOS, () -> unresponsive(reason));
          } else {
            unresponsive(reason);
          }
        });
  }

  private void unresponsive(String reason) {
    pool.silent(endpoint);
    pool.coroner().kill(this, reason + ", nor had the abort");
    abortEnds(null);
  }

  private void abortEnds(@Nullable String dump) {
    Consumer<@Nullable String> done = aborted;
    aborted = null;
    stopWaiting();
    close();
    if (done != null) {
      done.accept(dump);
    }
  }

  /** Ends it, whatever it does. */
  void close() {
    if (line != null) {
      line.close();
    }
  }

  private void await(long nanos, Runnable then) {
    stopWaiting();
    patience = pool.loop().schedule(then, nanos);
  }

  private void stopWaiting() {
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
  }

  private void available() {
    stopWaiting();
    idleSince = pool.loop().nanoTime();
    pool.available(this);
  }

  /** It is replaced before it is let go, so that no caller waits for the change. */
  private void retire(String reason) {
    if (retiring || state == State.CLOSED) {
      return;
    }
    retiring = true;
    endpoint.asksBack(pool.loop().nanoTime());
    pool.retires(this, state == State.IDLE, reason);
  }

  private void transition(State from, State to) {
    if (state != from) {
      throw new IllegalStateException(describe() + " is " + state + ", not " + from);
    }
    state = to;
  }

  @Override
  public void opened(Line connected) {
    line = connected;
    if (pool.isClosed()) {
      close();
    } else if (endpoint.greets) {
      announced = true;
      write(new Message.Hi(pool.hello()));
    } else {
      accepted();
    }
  }

  @Override
  public void refused(String reason) {
    state = State.CLOSED;
    pool.refused(this, reason);
  }

  @Override
  public void rejected(String reason) {
    state = State.CLOSED;
    stopWaiting();
    Claim owner = claim;
    claim = null;
    if (dropped || pool.isClosed()) {
      pool.dropped(this);
    } else {
      pool.rejected(this, reason);
    }
    if (aborted != null) {
      abortEnds(null);
    }
    if (owner != null) {
      owner.rejected();
    }
  }

  private void accepted() {
    transition(State.CONNECTING, State.IDLE);
    connectNanos = pool.loop().nanoTime() - startedNanos;
    pool.accepted(this, Duration.ofNanos(connectNanos));
    available();
  }

  @Override
  public void received(ByteBuffer bytes) {
    try {
      reader.feed(bytes);
      replyBegun = true;
      for (Message message = reader.next(); message != null; message = reader.next()) {
        received(message);
        if (!isOpen()) {
          return;
        }
      }
    } catch (WireException e) {
      broken(e);
    }
  }

  private void received(Message message) {
    if (!heard) {
      heard = true;
      pool.heard(endpoint);
    }
    greeted(message.meta().worker());
    switch (message) {
      case Message.Ok reply -> answered(reply);
      case Message.Er reply -> answered(reply);
      case Message.Pr progress -> progressed(progress);
      case Message.Hi _ when state == State.CONNECTING -> accepted();
      case Message.Rd _ when state == State.RELEASING -> {
        transition(State.RELEASING, State.IDLE);
        available();
      }
      case Message.Rt _ when state == State.RELEASING -> hookFailed();
      case Message.Rt _ when hello != null -> retire("it asked for it");
      case Message.Hi _,
          Message.Rd _,
          Message.Rt _,
          Message.Ak _,
          Message.Do _,
          Message.Dn _,
          Message.Ab _ ->
          broken(outOfTurn(message));
    }
  }

  private void hookFailed() {
    transition(State.RELEASING, State.CLOSED);
    close();
  }

  private void greeted(@Nullable WorkerHello worker) {
    if (worker != null && hello == null) {
      hello = worker;
      endpoint.greeted();
    }
  }

  private void answered(Message reply) {
    if (state == State.ABORTING) {
      if (reply.meta().aborted()) {
        abortEnds(reply.meta().dump());
      }
    } else if (skips > 0) {
      if (reply instanceof Message.Er && reply.meta().skipped()) {
        skips--;
      } else {
        broken(outOfTurn(reply));
      }
    } else if (state == State.CHECKED_OUT
        && claim != null
        && claim.isCalling()
        && !reply.meta().skipped()) {
      claim.answered(reply);
    } else {
      broken(outOfTurn(reply));
    }
  }

  private void progressed(Message.Pr progress) {
    if (state == State.ABORTING) {
      return;
    }
    if (skips == 0 && state == State.CHECKED_OUT && claim != null && claim.isCalling()) {
      try {
        claim.progressed(progress.value());
        return;
      } catch (RuntimeException | Error e) { // types of the user's own may throw anything
        broken(e);
        return;
      }
    }
    broken(outOfTurn(progress));
  }

  private IllegalStateException outOfTurn(Message message) {
    return new IllegalStateException(
        describe() + " sent '" + message.code() + "' out of turn, while " + state);
  }

  private void broken(Throwable e) {
    Claim owner = claim;
    claim = null;
    pool.outcomes().report(describe() + " is closed", e);
    close();
    if (owner != null) {
      owner.broken(e);
    }
  }

  /** Whether it ended by a reset, without a word. */
  boolean wasReset() {
    return wasReset;
  }

  @Override
  public void ended(boolean reset) {
    State was = state;
    state = State.CLOSED;
    wasReset = reset;
    stopWaiting();
    Claim owner = claim;
    claim = null;
    if (dropped || pool.isClosed()) {
      pool.dropped(this);
    } else {
      pool.ended(this, was == State.CONNECTING || !heard, owner != null);
    }
    if (aborted != null) {
      abortEnds(null);
    }
    if (owner != null) {
      boolean unread = unsent || (reset && !replyBegun && endpoint.resetProvesUnread());
      owner.lost(unread, reset && !endpoint.resetProvesUnread());
    }
  }

  private void write(Message message) {
    pool.writer().write(message);
    send(false);
  }

  /** Sends what the pool's writer holds. */
  private void send(boolean more) {
    MessageWriter writer = pool.writer();
    if (line != null) {
      line.send(writer.written(), more);
    }
    writer.clear();
  }
}
