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

  /** Whether user code runs at this moment. */
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

  /** What may come while user code runs; called on the helper thread, and does not return. */
  interface Interruption {
    /** The client gave up and asks what the worker is doing. */
    void aborted();

    /** The client is gone: nobody waits for the call that runs. */
    void clientGone();

    /** What came was no message. */
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

  /** Main thread: user code runs from here on. */
  void callBegins() {
    synchronized (lock) {
      calling = true;
      turn.compareAndSet(Turn.MAIN, Turn.CALLING);
    }
  }

  /** Main thread: user code has ended; if the helper reads by now, it goes on doing so. */
  void callEnds() {
    calling = false;
    turn.compareAndSet(Turn.CALLING, Turn.MAIN);
  }

  /** Watchdog: lets the helper read while the present call lasts. */
  void takeOver() {
    if (!turn.compareAndSet(Turn.CALLING, Turn.HELPER)) {
      return;
    }
    if (helper == null) {
      helper = Thread.ofPlatform().name("remuda-reader").daemon().start(this::help);
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
    while (true) {
      awaitTurn();
      try {
        readWhileMine();
      } catch (RuntimeException e) {
        if (!handOver(e)) {
          interruption.failed(e);
        }
      }
    }
  }

  /** False while user code runs, which nobody else could end. */
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

  private void awaitTurn() {
    synchronized (lock) {
      while (turn.get() != Turn.HELPER) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // Nobody interrupts this thread with a purpose.
        }
      }
    }
  }

  private void readWhileMine() {
    while (turn.get() == Turn.HELPER) {
      Message message = read();
      if (message instanceof Message.Ab) {
        interruption.aborted();
      }
      if (!deliver(message)) {
        interruption.clientGone();
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
