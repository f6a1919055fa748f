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
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One client's connection, served by the main thread until it ends. */
final class Connection implements Inbox.Interruption {
  private static final byte[] ABORT_BEGIN =
      "[\"er\",{\"ab\":1,".getBytes(StandardCharsets.US_ASCII);

  private final SocketChannel channel;
  private final ServedObject served;
  private final Activity activity;
  private final WorkerHello hello;
  private final Inbox inbox;
  private final Object writeLock = new Object();
  private final MessageWriter writer;

  private Set<Capability> clientCapabilities = Set.of();
  private boolean greetingOwed;
  private boolean calledSinceRelease;

  Connection(SocketChannel channel, ServedObject served, Activity activity, WorkerHello hello) {
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
      for (Message message = inbox.take(); message != null; message = inbox.take()) {
        any = true;
        handle(message);
      }
    } catch (IOException e) {
      // The client left without waiting for a reply: the end of the connection all the same.
    }
    return any;
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
      throw new IllegalStateException("a client does not send " + message);
    }
  }

  private void greet(@Nullable ClientHello client) {
    if (client != null) {
      clientCapabilities = client.capabilities();
    }
  }

  private void call(Message.Do call) throws IOException {
    ClientHello client = call.meta().client();
    if (client != null) {
      greet(client);
      greetingOwed = true;
    }
    calledSinceRelease = true;
    Message reply = run(call);
    try {
      send(reply);
    } catch (UnwritableValueException e) {
      send(
          new Message.Er(reply.meta(), "interface returned what cannot travel: " + e.getMessage()));
    } catch (WireException e) {
      send(new Message.Er(reply.meta(), "error encoding interface output: " + e.getMessage()));
    }
  }

  private Message run(Message.Do call) {
    begin();
    try {
      return new Message.Ok(replyMeta(), served.call(call.arguments()));
    } catch (VirtualMachineError e) {
      throw e; // nothing in this process can be relied on any more
    } catch (ServedObject.SetupException e) {
      return failed(String.valueOf(e.getMessage()), e);
    } catch (BadCallException e) {
      return failed(String.valueOf(e.getMessage()), e);
    } catch (Throwable e) {
      return failed(text(e), e);
    } finally {
      end();
    }
  }

  /** The text of a throwable whose own methods may throw. */
  private static String text(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (RuntimeException e) {
      return thrown.getClass().getName();
    }
  }

  private Message failed(String text, Throwable thrown) {
    Meta meta = replyMeta();
    if (clientCapabilities.contains(Capability.EX)) {
      meta = meta.and(Failure.of(thrown).without(Connection::isDispatch));
    }
    return new Message.Er(meta, text);
  }

  /** What lies below the served code is the same for every call and tells nobody anything. */
  private static boolean isDispatch(StackTraceElement frame) {
    return frame.getClassName().startsWith("jdk.internal.reflect.")
        || frame.getClassName().equals("java.lang.reflect.Method")
        || frame.getClassName().startsWith("dev.remuda.worker.");
  }

  private Meta replyMeta() {
    if (!greetingOwed) {
      return Meta.EMPTY;
    }
    greetingOwed = false;
    return Meta.EMPTY.and(hello);
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
    activity.end();
    inbox.callEnds();
  }

  private void send(Message reply) throws IOException {
    synchronized (writeLock) {
      try {
        writer.write(reply);
        write(writer.written());
      } finally {
        writer.clear();
      }
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
        writer.clear();
        byte[] dump = writer.encode(java.util.List.of(ThreadDump.take()));
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
    System.err.println("remuda: the connection ends: " + e.getMessage());
    System.err.flush();
    ProcessExit.now(ProcessExit.CONNECTION_ENDED);
  }
}
