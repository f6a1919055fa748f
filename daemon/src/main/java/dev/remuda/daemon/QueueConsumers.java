package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.queue.ConsumeOptions;
import dev.remuda.queue.Consumption;
import dev.remuda.queue.MessageHandler;
import dev.remuda.queue.MessageQueue;
import dev.remuda.queue.QueueSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of a queue as a part of a daemon: when it ends nothing more is claimed, what was
 * not begun is given back, and handlers may end, until the queue's {@code closePatience} or the
 * daemon's grace is over, whichever is shorter. The queue is the daemon's from its start on.
 */
public final class QueueConsumers implements Endpoint {
  private static final long ANSWER_SECONDS = 1;

  private final String name;
  private final MessageQueue queue;
  private final List<Entry> entries;
  private final List<Consumption> running = new CopyOnWriteArrayList<>();

  @GuardedBy("this")
  private @Nullable CompletableFuture<QueueSnapshot> asking;

  private record Entry(String type, ConsumeOptions options, MessageHandler handler) {}

  private QueueConsumers(String name, MessageQueue queue, List<Entry> entries) {
    this.name = name;
    this.queue = queue;
    this.entries = List.copyOf(entries);
  }

  /** Of a queue, which is shown under this name; of no type yet. */
  public static QueueConsumers of(String name, MessageQueue queue) {
    return new QueueConsumers(name, queue, List.of());
  }

  /** The same with a further type, one message at a time. */
  public QueueConsumers consume(String type, MessageHandler handler) {
    return consume(type, ConsumeOptions.DEFAULT, handler);
  }

  /** The same with a further type. */
  public QueueConsumers consume(String type, ConsumeOptions options, MessageHandler handler) {
    var more = new ArrayList<>(entries);
    more.add(new Entry(type, options, handler));
    return new QueueConsumers(name, queue, more);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> problems() {
    var problems = new ArrayList<String>();
    Set<String> types = new HashSet<>();
    for (Entry entry : entries) {
      if (!types.add(entry.type())) {
        problems.add("the type '" + entry.type() + "' is consumed twice");
      }
    }
    return problems;
  }

  @Override
  public void start(Daemon daemon) {
    for (Entry entry : entries) {
      running.add(queue.consume(entry.type(), entry.options(), entry.handler()));
    }
  }

  @Override
  public void drain() throws InterruptedException {
    List<Thread> closers =
        running.stream().map(one -> Thread.startVirtualThread(one::close)).toList();
    try {
      for (Thread closer : closers) {
        closer.join();
      }
    } catch (InterruptedException e) {
      closers.forEach(Thread::interrupt);
      for (Thread closer : closers) {
        closer.join();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    queue.close();
  }

  /** The queue that they consume. */
  public MessageQueue queue() {
    return queue;
  }

  /**
   * Has a type claim nothing more, or claim again; what is claimed is still handled.
   *
   * @throws IllegalArgumentException when it is not consumed here
   */
  public void pause(String type, boolean paused) {
    for (Consumption one : running) {
      if (one.type().equals(type)) {
        if (paused) {
          one.pause();
        } else {
          one.resume();
        }
        return;
      }
    }
    throw new IllegalArgumentException("'" + name + "' consumes no messages of '" + type + "'");
  }

  /**
   * The queue at this moment, or why it cannot be seen; asks the database once a second or less. A
   * database that hangs is to be told of, and not to hang whoever looks: blocks for a second at the
   * most.
   */
  QueueStats stats() {
    try {
      return new QueueStats(
          name, Optional.of(asked().get(ANSWER_SECONDS, TimeUnit.SECONDS)), Optional.empty());
    } catch (ExecutionException e) {
      return unseen(RunTally.text(e.getCause() == null ? e : e.getCause()));
    } catch (TimeoutException e) {
      return unseen("no answer within " + ANSWER_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unseen("interrupted");
    }
  }

  private QueueStats unseen(String why) {
    return new QueueStats(name, Optional.empty(), Optional.of(why));
  }

  /** What is asked, one at a time. Drivers with native code pin virtual threads. */
  private synchronized CompletableFuture<QueueSnapshot> asked() {
    CompletableFuture<QueueSnapshot> under = asking;
    if (under != null && !under.isDone()) {
      return under;
    }
    var answer = new CompletableFuture<QueueSnapshot>();
    asking = answer;
    Thread.ofPlatform()
        .daemon()
        .name("remuda-queue-look")
        .start(() -> {
          try {
            answer.complete(queue.snapshot());
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }
}
