package dev.remuda.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads one connection. The main thread does so itself between calls, so that a short call costs no
 * change of thread. During a long one a helper thread takes over, because somebody must notice the
 * client's abort or its end; it hands back with the first message that the main thread waits for.
 */
final class Inbox {
  /** Whose the reader is. */
  private enum Turn {
    MAIN,
    /** A call runs and nobody reads: the helper may. */
    CALLING,
    HELPER
  }

  private final ReadableByteChannel channel;
  private final Limits limits;
  private final MessageReader reader;
  private final Interruption interruption;
  private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.MAIN);
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Deque<Received> queued = new ArrayDeque<>();

  @GuardedBy("lock")
  private long queuedBytes;

  @GuardedBy("lock")
  private boolean mainWaits;

  @GuardedBy("lock")
  private boolean ended;

  /** What the helper met while the main thread waited: the main thread tells the client. */
  @GuardedBy("lock")
  private @Nullable RuntimeException broken;

  /** No helper is needed any more. */
  @GuardedBy("lock")
  private boolean closed;

  /** Whether a call runs at this moment: when its client leaves, nobody waits for its end. */
  private volatile boolean calling;

  private @Nullable Thread helper;

  Inbox(ReadableByteChannel channel, Limits limits, Interruption interruption) {
    this.channel = channel;
    this.limits = limits;
    this.reader = new MessageReader(limits);
    this.interruption = interruption;
  }

  /** What waits for the main thread, with its size on the wire. */
  private record Received(Message message, int bytes) {}

  /** What may come while user code runs; called on the helper thread. */
  interface Interruption {
    /** The client has taken so many more of the values that the running call reports. */
    void taken(long values);

    /** The client gave up and asks what the worker is doing; the connection is over. */
    void aborted();

    /** The client is gone: nobody waits for the call that runs; the connection is over. */
    void clientGone();

    /** What came was no message; the connection is over. */
    void failed(RuntimeException e);
  }

  /** Main thread: blocks for the next message; null at the end of the connection. */
  @Nullable Message take() {
    synchronized (lock) {
      while (true) {
        Received received = queued.poll();
        if (received != null) {
          queuedBytes -= received.bytes;
          return received.message;
        }
        if (broken != null) {
          throw broken;
        }
        if (ended) {
          return null;
        }
        if (turn.get() == Turn.MAIN) {
          break;
        }
        waitForHelper();
      }
    }
    return read();
  }

  /** Main thread: a call runs from here on, for a client that must stay. */
  void callBegins() {
    synchronized (lock) {
      calling = true;
      turn.compareAndSet(Turn.MAIN, Turn.CALLING);
    }
  }

  /** Main thread: a hook runs from here on, for the worker's own sake. */
  void hookBegins() {
    turn.compareAndSet(Turn.MAIN, Turn.CALLING);
  }

  /** Main thread: user code has ended; if the helper reads by now, it goes on doing so. */
  void codeEnds() {
    calling = false;
    turn.compareAndSet(Turn.CALLING, Turn.MAIN);
  }

  /** The connection is over: who waits here goes on. */
  void close() {
    synchronized (lock) {
      closed = true;
      ended = true;
      mainWaits = false;
      turn.set(Turn.MAIN);
      lock.notifyAll();
    }
  }

  /** Any thread: lets the helper read while the present call lasts. */
  void takeOver() {
    if (!turn.compareAndSet(Turn.CALLING, Turn.HELPER)) {
      return;
    }
    if (helper == null) {
      // Assigned before it runs: what it does hands the turn, and this field, to the next.
      helper = Thread.ofPlatform().name("remuda-reader").daemon().unstarted(this::help);
      helper.start();
    } else {
      synchronized (lock) {
        lock.notifyAll();
      }
    }
  }

  private @Nullable Message read() {
    while (true) {
      Message message = reader.next();
      if (message != null) {
        return message;
      }
      if (readOnce() < 0) {
        return null;
      }
    }
  }

  /** A connection that breaks has ended like one that is closed. */
  private int readOnce() {
    try {
      return reader.readFrom(channel);
    } catch (IOException e) {
      return -1;
    }
  }

  @GuardedBy("lock")
  private void waitForHelper() {
    mainWaits = true;
    while (mainWaits) {
      try {
        lock.wait();
      } catch (InterruptedException e) {
        // User code left the main thread interrupted; it means nothing between calls.
      }
    }
  }

  private void help() {
    while (awaitTurn()) {
      try {
        readWhileMine();
      } catch (RuntimeException e) {
        if (!handOver(e)) {
          interruption.failed(e);
          close();
        }
      }
    }
  }

  /** False while a call runs, which nobody else could end. */
  private boolean handOver(RuntimeException e) {
    synchronized (lock) {
      if (calling) {
        return false;
      }
      broken = e;
      mainWaits = false;
      turn.set(Turn.MAIN);
      lock.notifyAll();
      return true;
    }
  }

  /** False once there is nothing more to read. */
  private boolean awaitTurn() {
    synchronized (lock) {
      while (!closed && turn.get() != Turn.HELPER) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // Nobody interrupts this thread with a purpose.
        }
      }
      return !closed;
    }
  }

  private void readWhileMine() {
    while (turn.get() == Turn.HELPER) {
      Message message = read();
      if (message instanceof Message.Ab) {
        interruption.aborted();
        close();
      } else if (message instanceof Message.Ak taken) {
        interruption.taken(taken.meta().taken());
      } else if (!deliver(message)) {
        interruption.clientGone();
        close();
      }
    }
  }

  /** Queues a message, or the end; false when the client went away while a call runs. */
  private boolean deliver(@Nullable Message message) {
    synchronized (lock) {
      if (message == null) {
        if (calling) {
          return false;
        }
        ended = true; // between two calls: the main thread ends in order
        turn.set(Turn.MAIN);
      } else {
        queued.add(new Received(message, reader.lastSize()));
        queuedBytes += reader.lastSize();
        if (queuedBytes > limits.messageBytes()) {
          throw new IllegalStateException(
              "the client sent " + queuedBytes + " bytes ahead of the reply to its call");
        }
      }
      if (mainWaits) {
        mainWaits = false;
        turn.set(Turn.MAIN);
        lock.notifyAll();
      }
      return true;
    }
  }
}
