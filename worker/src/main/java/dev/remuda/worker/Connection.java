package dev.remuda.worker;

import dev.remuda.context.TraceParent;
import dev.remuda.protocol.Capability;
import dev.remuda.protocol.ClientHello;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WireException;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One client's connection, served by the main thread until it ends. */
final class Connection implements Inbox.Interruption {
  private static final String SKIPPED = "skipped: an earlier call of this checkout failed";
  private static final String RETIRING = "this worker is retiring: its checkoutDone failed";
  private static final long NO_BATCH = -1;

  private final ServedObject served;
  private final Activity activity;
  private final WorkerHello hello;
  private final WorkerEnd end;
  private final Inbox inbox;
  private final Outbox outbox;
  private final Replies replies;
  private final Thread main = Thread.currentThread();

  private volatile Set<Capability> clientCapabilities = Set.of();
  private boolean greeted;
  private boolean calledSinceRelease;
  private int releases;
  private boolean retiring;
  private long failedBatch = NO_BATCH;

  /** When the last checkout was released; 0 while one is open. */
  private volatile long releasedAt = now();

  /** The call that runs, for other threads to see. */
  private volatile @Nullable Invocation running;

  /** For the main thread, which is the one that makes it. */
  Connection(
      ByteChannel channel,
      ServedObject served,
      Activity activity,
      WorkerHello hello,
      WorkerEnd end) {
    this.served = served;
    this.activity = activity;
    this.hello = hello;
    this.end = end;
    this.inbox = new Inbox(channel, Limits.DEFAULTS, this);
    this.outbox = new Outbox(channel);
    this.replies = new Replies(outbox);
  }

  Inbox inbox() {
    return inbox;
  }

  /**
   * Serves until the client closes.
   *
   * @return false when it closed without a message: the worker is as good as new
   * @throws WireException when what came was no message
   */
  boolean serve() {
    boolean any = false;
    try {
      for (Message message = take(); message != null; message = take()) {
        any = true;
        handle(message);
      }
    } catch (IOException e) {
      // The client left without waiting for a reply: the end of the connection all the same.
    } finally {
      inbox.close();
    }
    return any;
  }

  /** What is past a limit is answered before the connection ends; what is no message is not. */
  private @Nullable Message take() throws IOException {
    try {
      return inbox.take();
    } catch (WireException e) {
      if (e.isOverLimit()) {
        replies.send(new Message.Er(Meta.EMPTY, e.getMessage()));
      }
      throw e;
    }
  }

  private void handle(Message message) throws IOException {
    if (message instanceof Message.Do call) {
      releasedAt = 0;
      answer(call);
    } else if (message instanceof Message.Dn) {
      release();
      releasedAt = now();
    } else if (message instanceof Message.Hi hi) {
      replies.send(new Message.Hi(greet(hi.meta().client()).and(hello)));
      announced();
    } else if (message instanceof Message.Ab) {
      aborted();
    } else if (!(message instanceof Message.Ak)) { // which came too late for its call
      throw new IllegalStateException("a client does not send '" + message.code() + "'");
    }
  }

  /** Gives what belongs into META of the answer. */
  private Meta greet(@Nullable ClientHello client) {
    if (client == null) {
      return Meta.EMPTY;
    }
    greeted = true;
    clientCapabilities = client.capabilities();
    return Meta.EMPTY.and(hello);
  }

  /** The greeting is answered: what the client understands may follow. */
  private void announced() throws IOException {
    if (clientCapabilities.contains(Capability.RT)) {
      outbox.takesRetire();
    }
  }

  private void answer(Message.Do call) throws IOException {
    ClientHello client = call.meta().client();
    Meta greeting = greet(client);
    if (retiring) {
      replies.send(new Message.Er(greeting, RETIRING));
    } else if (call.meta().batch() == failedBatch) {
      replies.send(new Message.Er(greeting.andSkipped(), SKIPPED));
    } else {
      call(call, greeting);
    }
    if (client != null) {
      announced();
    }
  }

  private void call(Message.Do call, Meta greeting) throws IOException {
    calledSinceRelease = true;
    CallProgress progress = progressOf(call.meta());
    TraceParent trace = traceOf(call.meta());
    CallLog log = new CallLog(verbosityOf(call.meta()), !greeted, end.ownsProcess(), trace);
    var invocation = new Invocation(served, call.arguments(), progress, log, trace);
    running = invocation;
    inbox.callBegins();
    activity.begin();
    try {
      Message reply = logged(run(invocation, call.meta().millisLeft(), greeting), log);
      if (!replies.encode(reply, greeting) && clientCapabilities.contains(Capability.PIPE)) {
        failedBatch = call.meta().batch();
      }
    } finally {
      codeEnds();
      running = null;
      if (progress != null) {
        outbox.end(progress);
      }
    }
    replies.sendEncoded();
  }

  private @Nullable CallProgress progressOf(Meta meta) {
    long window = meta.window();
    return window > 0 && clientCapabilities.contains(Capability.PR)
        ? new CallProgress(outbox, inbox, this, window)
        : null;
  }

  private long verbosityOf(Meta meta) {
    return clientCapabilities.contains(Capability.LG) ? meta.verbosity() : CallLog.UNASKED;
  }

  private @Nullable TraceParent traceOf(Meta meta) {
    String parent = meta.traceParent();
    return parent == null || !clientCapabilities.contains(Capability.TP)
        ? null
        : TraceParent.parse(parent, meta.traceState()).orElse(null);
  }

  /** With what was logged, where anybody reads it. */
  private static Message logged(Message reply, CallLog log) {
    Map<String, @Nullable Object> wire = log.toWire();
    if (wire == null) {
      return reply;
    } else if (reply instanceof Message.Ok ok) {
      return new Message.Ok(ok.meta().andLog(wire), ok.result());
    }
    return reply instanceof Message.Er er
        ? new Message.Er(er.meta().andLog(wire), er.error())
        : reply;
  }

  private Message run(Invocation invocation, long millisLeft, Meta greeting) {
    try {
      return new Message.Ok(greeting, invocation.within(millisLeft));
    } catch (VirtualMachineError e) {
      throw e; // nothing in this process can be relied on any more
    } catch (ServedObject.SetupException | BadCallException e) {
      return failed(greeting, String.valueOf(e.getMessage()), e);
    } catch (Throwable e) {
      return failed(greeting, Failures.text(e), e);
    }
  }

  private Message failed(Meta greeting, String text, Throwable thrown) {
    return Failures.reply(greeting, text, thrown, clientCapabilities.contains(Capability.EX));
  }

  /** The checkout is over: whoever has the worker next must meet nothing of it. */
  private void release() throws IOException {
    boolean any = calledSinceRelease;
    calledSinceRelease = false;
    if (any) {
      end.released(++releases);
    }
    if (!served.hasCheckoutDone()) {
      return;
    }
    if (any) {
      checkoutDone();
    }
    if (retiring) {
      replies.send(new Message.Rt(Meta.EMPTY));
    } else if (clientCapabilities.contains(Capability.RD)) {
      replies.send(new Message.Rd(Meta.EMPTY));
    }
  }

  /** If it fails nothing more is served: told to a client that understands, else by the end. */
  private void checkoutDone() {
    inbox.hookBegins();
    activity.begin();
    try {
      served.checkoutDone();
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      if (!clientCapabilities.contains(Capability.RT)) {
        throw new IllegalStateException(
            "checkoutDone failed, so this worker ends: " + Failures.text(e), e);
      }
      retiring = true;
      end.say(LastWords.trace("remuda: checkoutDone failed, so this worker retires", e));
    } finally {
      codeEnds();
    }
  }

  private void codeEnds() {
    // An interrupt left behind by user code would close the channel at its next use.
    Thread.interrupted();
    activity.end();
    inbox.codeEnds();
  }

  /**
   * Any thread: asks the client to let this worker go, as soon as it has said that it understands.
   * Blocks while the client does not read.
   */
  void retire() {
    try {
      outbox.retire();
    } catch (IOException e) {
      // It has gone already.
    }
  }

  private static long now() {
    long now = System.nanoTime();
    return now == 0 ? 1 : now;
  }

  /**
   * Any thread: for how long no checkout has been open, or -1 while one is, or where the client
   * could not be asked to let go.
   */
  long idleMillis() {
    long since = releasedAt;
    return since == 0 || !clientCapabilities.contains(Capability.RT)
        ? -1
        : (System.nanoTime() - since) / 1_000_000;
  }

  /** Any thread: the call that runs, if one does. */
  @Nullable Invocation running() {
    return running;
  }

  /** Any thread: the connection is gone while a call may run on. */
  void abandon() {
    CallProgress progress = runningProgress();
    if (progress != null) {
      progress.abandon();
    }
  }

  private @Nullable CallProgress runningProgress() {
    Invocation invocation = running;
    return invocation == null ? null : invocation.progress();
  }

  @Override
  public void taken(long values) {
    CallProgress progress = runningProgress();
    if (progress != null) {
      progress.taken(values);
    }
  }

  @Override
  public void aborted() {
    outbox.abort(main);
    end.now(ProcessExit.CONNECTION_ENDED);
  }

  @Override
  public void clientGone() {
    end.now(ProcessExit.CONNECTION_ENDED);
  }

  @Override
  public void failed(RuntimeException e) {
    end.say("remuda: the connection ends: " + e.getMessage() + "\n");
    end.now(ProcessExit.CONNECTION_ENDED);
  }
}
