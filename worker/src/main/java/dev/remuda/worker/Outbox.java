package dev.remuda.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.MessageWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The sending side of a connection: whole messages one after the other, from whatever thread. */
final class Outbox {
  private static final byte[] RETIRE = ascii("[\"rt\",{}]");
  private static final byte[] ABORT_BEGIN = ascii("[\"er\",{\"ab\":1,");

  private final WritableByteChannel channel;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private boolean retiring;

  @GuardedBy("lock")
  private boolean takesRetire;

  @GuardedBy("lock")
  private boolean retireSent;

  Outbox(WritableByteChannel channel) {
    this.channel = channel;
  }

  /** Blocks until all is written. */
  void send(ByteBuffer bytes) throws IOException {
    synchronized (lock) {
      write(bytes);
    }
  }

  /** As {@link #send}, unless the call that reports is over: its reply may be on its way. */
  void send(CallProgress call, ByteBuffer bytes) throws IOException {
    synchronized (lock) {
      if (!call.isOver()) {
        write(bytes);
      }
    }
  }

  /** Nothing that the call reports is sent from here on. */
  void end(CallProgress call) {
    synchronized (lock) {
      call.end();
    }
  }

  /** The client has announced that it understands {@code rt}. */
  void takesRetire() throws IOException {
    synchronized (lock) {
      takesRetire = true;
      sendRetire();
    }
  }

  /** Asks the client to let this worker go, once, as soon as it is known to understand that. */
  void retire() throws IOException {
    synchronized (lock) {
      retiring = true;
      sendRetire();
    }
  }

  @GuardedBy("lock")
  private void sendRetire() throws IOException {
    if (retiring && takesRetire && !retireSent) {
      retireSent = true;
      write(ByteBuffer.wrap(RETIRE));
    }
  }

  /** The first bytes go out before the dump is taken: they tell the client that one is coming. */
  void abort(Thread worker) {
    synchronized (lock) {
      try {
        write(ByteBuffer.wrap(ABORT_BEGIN));
        ThreadDump dump = ThreadDump.take(worker);
        byte[] platform = encoded(dump.platform());
        write(ByteBuffer.wrap(ascii("\"dump\":")));
        write(ByteBuffer.wrap(platform, 0, platform.length - 1));
        byte[] virtual = encoded(dump.virtual());
        write(ByteBuffer.wrap(virtual, 1, virtual.length - 1));
        write(ByteBuffer.wrap(ascii("},\"aborted\"]")));
      } catch (IOException e) {
        // The client has left meanwhile, and so does this worker.
      }
    }
  }

  /** With its quotes. */
  private static byte[] encoded(String text) {
    byte[] argument = new MessageWriter(Limits.DEFAULTS).encode(List.of(text));
    return java.util.Arrays.copyOfRange(argument, 1, argument.length);
  }

  @GuardedBy("lock")
  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
