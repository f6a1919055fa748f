package dev.remuda.worker;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.ClientHello;
import dev.remuda.protocol.Failure;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.UnwritableValueException;
import dev.remuda.protocol.WireException;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One client's connection, served by the main thread until it ends. */
final class Connection implements Inbox.Interruption {
  private static final byte[] ABORT_BEGIN =
      "[\"er\",{\"ab\":1,".getBytes(StandardCharsets.US_ASCII);

  private final ByteChannel channel;
  private final ServedObject served;
  private final Activity activity;
  private final WorkerHello hello;
  private final Inbox inbox;
  private final Object writeLock = new Object();
  private final MessageWriter writer;

  private Set<Capability> clientCapabilities = Set.of();
  private boolean calledSinceRelease;

  Connection(ByteChannel channel, ServedObject served, Activity activity, WorkerHello hello) {
    this.channel = channel;
    this.served = served;
    this.activity = activity;
    this.hello = hello;
    this.inbox = new Inbox(channel, Limits.DEFAULTS, this);
    this.writer = new MessageWriter(Limits.DEFAULTS);
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
    }
    return any;
  }

  /** What is past a limit is answered before the connection ends; what is no message is not. */
  private @Nullable Message take() throws IOException {
    try {
      return inbox.take();
    } catch (WireException e) {
      if (e.isOverLimit()) {
        send(new Message.Er(Meta.EMPTY, e.getMessage()));
      }
      throw e;
    }
  }

  private void handle(Message message) throws IOException {
    if (message instanceof Message.Do call) {
      call(call);
    } else if (message instanceof Message.Dn) {
      release();
    } else if (message instanceof Message.Hi hi) {
      greet(hi.meta().client());
      send(new Message.Hi(Meta.of(hello)));
    } else if (message instanceof Message.Ab) {
      aborted();
    } else {
      throw new IllegalStateException("a client does not send '" + message.code() + "'");
    }
  }

  private void greet(@Nullable ClientHello client) {
    if (client != null) {
      clientCapabilities = client.capabilities();
    }
  }

  private void call(Message.Do call) throws IOException {
    ClientHello client = call.meta().client();
    greet(client);
    Meta greeting = client == null ? Meta.EMPTY : Meta.EMPTY.and(hello);
    calledSinceRelease = true;
    begin();
    try {
      encode(run(call, greeting), greeting);
    } finally {
      end();
    }
    sendEncoded();
  }

  private Message run(Message.Do call, Meta greeting) {
    try {
      return new Message.Ok(greeting, served.call(call.arguments()));
    } catch (VirtualMachineError e) {
      throw e; // nothing in this process can be relied on any more
    } catch (ServedObject.SetupException | BadCallException e) {
      return failed(greeting, String.valueOf(e.getMessage()), e);
    } catch (Throwable e) {
      return failed(greeting, text(e), e);
    }
  }

  /** A result's own code may throw anything while it is read. */
  private void encode(Message reply, Meta greeting) {
    String problem;
    try {
      writer.write(reply);
      return;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (UnwritableValueException e) {
      problem = "interface returned what cannot travel: " + e.getMessage();
    } catch (WireException e) {
      problem = "error encoding interface output: " + e.getMessage();
    } catch (Throwable e) {
      problem = "error encoding interface output: " + text(e);
    }
    writer.write(new Message.Er(greeting, Failure.wellFormed(problem)));
  }

  /** The text of a throwable whose own methods may throw. */
  private static String text(Throwable thrown) {
    try {
      return String.valueOf(thrown.toString());
    } catch (RuntimeException e) {
      return thrown.getClass().getName();
    }
  }

  private Message failed(Meta greeting, String text, Throwable thrown) {
    Meta meta = greeting;
    if (clientCapabilities.contains(Capability.EX)) {
      try {
        meta = meta.and(Failure.of(thrown).without(Connection::isDispatch));
      } catch (RuntimeException e) {
        // The throwable's own methods throw: its text must do.
      }
    }
    return new Message.Er(meta, Failure.wellFormed(text));
  }

  /** What lies below the served code is the same for every call and tells nobody anything. */
  private static boolean isDispatch(StackTraceElement frame) {
    return frame.getClassName().startsWith("jdk.internal.reflect.")
        || frame.getClassName().equals("java.lang.reflect.Method")
        || frame.getClassName().startsWith("dev.remuda.worker.");
  }

  /** The checkout is over: whoever has the worker next must meet nothing of it. */
  private void release() throws IOException {
    if (!served.hasCheckoutDone()) {
      return;
    }
    if (calledSinceRelease) {
      calledSinceRelease = false;
      begin();
      try {
        served.checkoutDone();
      } catch (Exception e) {
        throw new IllegalStateException("checkoutDone failed, so this worker ends: " + e, e);
      } finally {
        end();
      }
    }
    if (clientCapabilities.contains(Capability.RD)) {
      send(new Message.Rd(Meta.EMPTY));
    }
  }

  private void begin() {
    inbox.callBegins();
    activity.begin();
  }

  private void end() {
    // An interrupt left behind by user code would close the channel at its next use.
    Thread.interrupted();
    activity.end();
    inbox.callEnds();
  }

  private void send(Message message) throws IOException {
    writer.write(message);
    sendEncoded();
  }

  private void sendEncoded() throws IOException {
    try {
      synchronized (writeLock) {
        write(writer.written());
      }
    } finally {
      writer.clear();
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The first bytes go out before the dump is taken: they tell the client that one is coming. */
  @Override
  public void aborted() {
    synchronized (writeLock) {
      try {
        write(ByteBuffer.wrap(ABORT_BEGIN));
        byte[] dump = new MessageWriter(Limits.DEFAULTS).encode(List.of(ThreadDump.take()));
        write(ByteBuffer.wrap("\"dump\":".getBytes(StandardCharsets.US_ASCII)));
        write(ByteBuffer.wrap(dump, 1, dump.length - 1));
        write(ByteBuffer.wrap("},\"aborted\"]".getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        // The client has left meanwhile, and so does this worker.
      }
      ProcessExit.now(ProcessExit.CONNECTION_ENDED);
    }
  }

  @Override
  public void clientGone() {
    ProcessExit.now(ProcessExit.CONNECTION_ENDED);
  }

  @Override
  public void failed(RuntimeException e) {
    LastWords.say("remuda: the connection ends: " + e.getMessage() + "\n");
    ProcessExit.now(ProcessExit.CONNECTION_ENDED);
  }
}
