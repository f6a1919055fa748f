package dev.remuda.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The progress values of one call, and how many more its caller takes at present. Threads that
 * report meet the one that reads what the caller has taken.
 */
final class CallProgress {
  static final ScopedValue<CallProgress> CURRENT = ScopedValue.newInstance();

  private final Outbox outbox;
  private final Inbox inbox;
  private final Inbox.Interruption connection;
  private final long window;
  private final AtomicReference<@Nullable MessageWriter> spareWriter = new AtomicReference<>();
  private final Object lock = new Object();

  @GuardedBy("lock")
  private long credits;

  @GuardedBy("lock")
  private boolean over;

  @GuardedBy("lock")
  private boolean abandoned;

  CallProgress(Outbox outbox, Inbox inbox, Inbox.Interruption connection, long window) {
    this.outbox = outbox;
    this.inbox = inbox;
    this.connection = connection;
    this.window = window;
    this.credits = window;
  }

  /** Any thread that has the binding: blocks until the caller takes one more. */
  void report(@Nullable Object value) {
    MessageWriter writer = spareWriter.getAndSet(null);
    if (writer == null) {
      writer = new MessageWriter(Limits.DEFAULTS);
    }
    try {
      writer.write(new Message.Pr(Meta.EMPTY, value));
      takeCredit();
      boolean interrupted = Thread.interrupted(); // else it would close the channel
      try {
        outbox.send(this, writer.written());
      } catch (IOException e) {
        connection.clientGone();
        throw abandonment();
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    } finally {
      writer.clear();
      spareWriter.set(writer);
    }
  }

  private void takeCredit() {
    boolean interrupted = false;
    synchronized (lock) {
      while (credits == 0 && !over) {
        inbox.takeOver(); // somebody must read that the caller takes more, gives up or leaves
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      credits--;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (abandoned) {
        throw abandonment();
      }
    }
  }

  private static IllegalStateException abandonment() {
    return new IllegalStateException("nobody waits for this call any more");
  }

  /** The caller has taken so many more; never more than it asked for are on their way. */
  void taken(long more) {
    synchronized (lock) {
      credits = more > window - credits ? window : credits + more;
      lock.notifyAll();
    }
  }

  boolean isOver() {
    synchronized (lock) {
      return over;
    }
  }

  /** The call is over: who reports still is let go. */
  void end() {
    synchronized (lock) {
      over = true;
      lock.notifyAll();
    }
  }

  /** The connection is gone while the call goes on, which only happens to a thread. */
  void abandon() {
    synchronized (lock) {
      abandoned = true;
      end();
    }
  }
}
