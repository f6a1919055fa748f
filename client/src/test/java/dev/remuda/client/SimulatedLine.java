package dev.remuda.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A connection as a stream socket is one: bytes arrive in any pieces, later than they were sent;
 * the end comes behind them. On a unix socket an end with bytes unread is a reset, and nothing else
 * is.
 */
final class SimulatedLine implements Line, SimulatedLoop.Actor {
  /** What listens. */
  interface Host {
    /** Why a connection is refused now; null if it is not. */
    @Nullable String refusal();

    void connected(SimulatedLine line);
  }

  private final SimulatedLoop loop;
  private final Line.Owner owner;
  private final boolean unix;
  private final ByteArrayOutputStream unflushed = new ByteArrayOutputStream();
  private byte[] toPeer = {};
  private byte[] toClient = {};
  private boolean attempting = true;
  private boolean open;
  private boolean reading;
  private boolean flushComes;
  private boolean peerClosed;
  private boolean reset;
  private boolean clientClosed;
  private long sentToClient;
  private long readByClient;
  private long spoiledAt = Long.MAX_VALUE;
  private @Nullable Host server;

  SimulatedLine(SimulatedLoop loop, Line.Owner owner, boolean unix) {
    this.loop = loop;
    this.owner = owner;
    this.unix = unix;
  }

  void connect(Host to) {
    server = to;
    loop.add(this);
  }

  // The client's side

  @Override
  public boolean canAct() {
    return attempting || (open && (toClient.length > 0 || peerClosed));
  }

  @Override
  public void act() {
    if (attempting) {
      loop.runOnLoop(this::attempt);
    } else if (toClient.length > 0) {
      loop.runOnLoop(this::read);
    } else {
      loop.note(() -> reset ? "reset" : "end of file");
      end(reset);
    }
  }

  private void attempt() {
    attempting = false;
    String refusal = server == null ? "no server" : server.refusal();
    loop.note(() -> "connect: " + refusal);
    if (server == null || refusal != null) {
      loop.remove(this);
      owner.refused(String.valueOf(refusal));
      return;
    }
    open = true;
    server.connected(this);
    owner.opened(this);
  }

  private void read() {
    int count = loop.chance.percent(60) ? toClient.length : 1 + loop.chance.below(toClient.length);
    byte[] piece = Arrays.copyOf(toClient, count);
    toClient = Arrays.copyOfRange(toClient, count, toClient.length);
    loop.note(() -> "client reads " + new String(piece, UTF_8));
    reading = true;
    owner.received(ByteBuffer.wrap(piece));
    reading = false;
    readByClient += count;
    flush();
  }

  @Override
  public void send(ByteBuffer bytes, boolean more) {
    if (!open) {
      return;
    }
    if (readByClient > spoiledAt) {
      throw loop.fault(
          new AssertionError("the client goes on after what was no message, or out of turn"));
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    unflushed.writeBytes(copy);
    if (reading) {
      return; // all goes out when the read ends
    }
    if (!more) {
      flush();
    } else if (!flushComes) {
      flushComes = true;
      loop.soon(() -> {
        flushComes = false;
        flush();
      });
    }
  }

  private void flush() {
    if (unflushed.size() == 0 || !open) {
      return;
    }
    byte[] bytes = unflushed.toByteArray();
    unflushed.reset();
    loop.note(() -> "client sends " + new String(bytes, UTF_8));
    if (peerClosed) {
      loop.note(() -> "broken pipe");
      end(true);
      return;
    }
    int old = toPeer.length;
    toPeer = Arrays.copyOf(toPeer, old + bytes.length);
    System.arraycopy(bytes, 0, toPeer, old, bytes.length);
  }

  @Override
  public void close() {
    if (open) {
      loop.note(() -> "client closes");
      flush();
    }
    if (open) {
      end(false);
    }
  }

  /** As Netty does, its owner is told in a task of its own. */
  private void end(boolean byError) {
    open = false;
    clientClosed = true;
    loop.remove(this);
    loop.soon(() -> owner.ended(byError));
  }

  /** The loop ends. */
  void abandon() {
    if (attempting) {
      attempting = false;
      loop.remove(this);
    }
    close();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  // The server's side

  boolean isUnix() {
    return unix;
  }

  int readable() {
    return toPeer.length;
  }

  boolean isClientGone() {
    return clientClosed;
  }

  byte[] peerRead(int count) {
    byte[] piece = Arrays.copyOf(toPeer, count);
    toPeer = Arrays.copyOfRange(toPeer, count, toPeer.length);
    return piece;
  }

  void peerSend(byte[] bytes, int length) {
    if (peerClosed || clientClosed) {
      return;
    }
    int old = toClient.length;
    toClient = Arrays.copyOf(toClient, old + length);
    System.arraycopy(bytes, 0, toClient, old, length);
    sentToClient += length;
  }

  /** What was sent last must not be followed by anything of the client's, once it has read it. */
  void spoiled() {
    spoiledAt = Math.min(spoiledAt, sentToClient - 1);
  }

  void peerClose(boolean rudely) {
    if (!peerClosed) {
      peerClosed = true;
      reset = toPeer.length > 0 || rudely;
    }
  }
}
