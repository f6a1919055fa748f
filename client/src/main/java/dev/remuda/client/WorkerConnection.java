package dev.remuda.client;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WireException;
import dev.remuda.protocol.WorkerHello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection to one worker, on the loop. */
final class WorkerConnection extends ChannelInboundHandlerAdapter {
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
  private static final long ABORT_MILLIS = 250;

  /** How long it has to end that answer. */
  private static final long DUMP_MILLIS = 1_000;

  private final PoolCore pool;
  private final MessageReader reader = new MessageReader(Limits.DEFAULTS);
  private State state = State.CONNECTING;
  private @Nullable ChannelHandlerContext context;
  private @Nullable WorkerHello hello;
  private @Nullable Claim claim;
  private @Nullable Consumer<@Nullable String> aborted;
  private @Nullable ScheduledFuture<?> patience;
  private boolean announced;
  private boolean reading;
  private boolean unflushed;
  private boolean reset;
  private boolean replyBegun;
  private boolean heard;
  private boolean unsent;
  private long idleSince;

  WorkerConnection(PoolCore pool) {
    this.pool = pool;
  }

  /** Who serves it, as far as it has said. */
  String describe() {
    return hello == null
        ? "a worker at " + pool.address()
        : "worker " + hello.id() + " (pid " + hello.pid() + ")";
  }

  /** The worker's name at its supervisor, where it has said it. */
  @Nullable String workerId() {
    return hello == null ? null : hello.id();
  }

  long idleSince() {
    return idleSince;
  }

  boolean isIdle() {
    return state == State.IDLE;
  }

  boolean isConnecting() {
    return state == State.CONNECTING;
  }

  /** False from the moment that its end has begun, before {@link #channelInactive} tells of it. */
  boolean isOpen() {
    return context != null && context.channel().isActive();
  }

  /** Takes it from the stack of free workers. */
  void checkOut(Claim owner) {
    transition(State.IDLE, State.CHECKED_OUT);
    claim = owner;
  }

  void call(PendingCall call) {
    replyBegun = false;
    unsent = !isOpen();
    Meta meta = announced ? Meta.EMPTY : pool.hello();
    announced = true;
    pool.writer().writeDo(meta, call.arguments);
    send();
  }

  /**
   * The claim is done with it.
   *
   * @param called whether any call was made
   * @param failed whether one of them failed: the worker may not be what it was
   */
  void release(boolean called, boolean failed) {
    claim = null;
    if (failed) {
      transition(State.CHECKED_OUT, State.CLOSED);
      close();
      return;
    }
    if (called) {
      write(new Message.Dn(Meta.EMPTY));
    }
    if (called && hello != null && hello.capabilities().contains(Capability.RD)) {
      transition(State.CHECKED_OUT, State.RELEASING);
      await(pool.timeoutNanos(), this::close);
    } else {
      transition(State.CHECKED_OUT, State.IDLE);
      available();
    }
  }

  /**
   * Ends the worker whose call is given up.
   *
   * @param done is told the worker's thread dump, or null where it gave none
   */
  void abort(String reason, Consumer<@Nullable String> done) {
    transition(State.CHECKED_OUT, State.ABORTING);
    claim = null;
    aborted = done;
    if (hello == null || !hello.capabilities().contains(Capability.AB)) {
      abortEnds(null);
      return;
    }
    replyBegun = false;
    write(new Message.Ab(Meta.EMPTY));
    await(
        TimeUnit.MILLISECONDS.toNanos(ABORT_MILLIS),
        () -> {
          if (replyBegun) {
            await(
                TimeUnit.MILLISECONDS.toNanos(DUMP_MILLIS - ABORT_MILLIS),
                () -> unresponsive(reason));
          } else {
            unresponsive(reason);
          }
        });
  }

  private void unresponsive(String reason) {
    if (hello != null) {
      pool.kill(hello.id(), reason + ", nor had the abort");
    }
    abortEnds(null);
  }

  private void abortEnds(@Nullable String dump) {
    Consumer<@Nullable String> done = aborted;
    aborted = null;
    close();
    if (done != null) {
      done.accept(dump);
    }
  }

  /** Ends it, whatever it does. */
  void close() {
    if (context != null) {
      context.close();
    }
  }

  private void await(long nanos, Runnable then) {
    stopWaiting();
    if (nanos > 0) {
      patience = pool.loop().schedule(then, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void stopWaiting() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }

  private void available() {
    stopWaiting();
    idleSince = System.nanoTime();
    pool.available(this);
  }

  private void transition(State from, State to) {
    if (state != from) {
      throw new IllegalStateException(describe() + " is " + state + ", not " + from);
    }
    state = to;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    if (pool.isClosed()) {
      ctx.close();
    } else if (pool.greets()) {
      announced = true;
      write(new Message.Hi(pool.hello()));
    } else {
      accepted();
    }
  }

  private void accepted() {
    transition(State.CONNECTING, State.IDLE);
    pool.reached();
    available();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    reading = true;
    var buffer = (ByteBuf) bytes;
    try {
      reader.feed(buffer.nioBuffer());
      replyBegun = true;
      for (Message message = reader.next(); message != null; message = reader.next()) {
        received(message);
        if (!ctx.channel().isActive()) {
          return;
        }
      }
    } catch (WireException e) {
      broken(e);
    } finally {
      buffer.release();
    }
  }

  private void received(Message message) {
    if (!heard) {
      heard = true;
      pool.heard();
    }
    greeted(message.meta().worker());
    switch (message) {
      case Message.Ok reply -> answered(reply);
      case Message.Er reply -> answered(reply);
      case Message.Hi _ when state == State.CONNECTING -> accepted();
      case Message.Rd _ when state == State.RELEASING -> {
        transition(State.RELEASING, State.IDLE);
        available();
      }
      case Message.Hi _,
          Message.Rd _,
          Message.Rt _,
          Message.Pr _,
          Message.Ak _,
          Message.Do _,
          Message.Dn _,
          Message.Ab _ ->
          broken(outOfTurn(message));
    }
  }

  private void greeted(@Nullable WorkerHello worker) {
    if (worker != null && hello == null) {
      hello = worker;
      pool.peerAnnounced();
    }
  }

  private void answered(Message reply) {
    if (state == State.ABORTING) {
      if (reply.meta().aborted()) {
        abortEnds(reply.meta().dump());
      }
    } else if (state == State.CHECKED_OUT && claim != null && claim.isCalling()) {
      claim.answered(reply);
    } else {
      broken(outOfTurn(reply));
    }
  }

  private IllegalStateException outOfTurn(Message message) {
    return new IllegalStateException(
        describe() + " sent " + message.getClass().getSimpleName() + " while " + state);
  }

  private void broken(RuntimeException e) {
    Claim owner = claim;
    claim = null;
    pool.report(describe() + " is closed", e);
    close();
    if (owner != null) {
      owner.broken(e);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (unflushed) {
      unflushed = false;
      ctx.flush();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      reset = true;
    } else {
      pool.report("a fault in the client itself, at " + describe(), cause);
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    State was = state;
    state = State.CLOSED;
    stopWaiting();
    Claim owner = claim;
    claim = null;
    pool.ended(this, was == State.CONNECTING || !heard);
    if (aborted != null) {
      abortEnds(null);
    }
    if (owner != null) {
      owner.lost(unsent || (reset && !replyBegun && pool.resetProvesUnread()));
    }
  }

  private void write(Message message) {
    pool.writer().write(message);
    send();
  }

  /** Sends what the pool's writer holds; within a read all goes out together at its end. */
  private void send() {
    MessageWriter writer = pool.writer();
    ByteBuffer bytes = writer.written();
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.write(ctx.alloc().buffer(bytes.remaining()).writeBytes(bytes), ctx.voidPromise());
      if (reading) {
        unflushed = true;
      } else {
        ctx.flush();
      }
    }
    writer.clear();
  }
}
