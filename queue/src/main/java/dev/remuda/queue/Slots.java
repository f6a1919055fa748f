package dev.remuda.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicInteger;

/** The virtual threads that run a consumer's handler, what waits for them and what they made. */
final class Slots {
  private final Handling handling;
  private final Appetite appetite;
  private final Signal signal;
  private final int parallel;
  private final List<Thread> threads = new ArrayList<>();

  /** Empty ends a thread. */
  private final LinkedBlockingDeque<Optional<Held>> waiting = new LinkedBlockingDeque<>();

  private final ConcurrentLinkedDeque<Outcome> finished = new ConcurrentLinkedDeque<>();
  private final AtomicInteger finishedCount = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean urgent;
  private volatile long firstFinished;
  private volatile int refillAt;

  Slots(String type, int parallel, Handling handling, Appetite appetite, Signal signal) {
    this.handling = handling;
    this.appetite = appetite;
    this.signal = signal;
    this.parallel = parallel;
    for (int i = 0; i < parallel; i++) {
      threads.add(
          Thread.ofVirtual().name("remuda-queue-" + type + "-" + (i + 1)).unstarted(this::serve));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  void hand(Collection<Held> messages) {
    refillAt = messages.size() > parallel ? messages.size() / 2 : 0;
    for (Held message : messages) {
      waiting.add(Optional.of(message));
    }
  }

  private void serve() {
    try {
      for (Optional<Held> next = waiting.take(); next.isPresent(); next = waiting.take()) {
        int left = waiting.size();
        if (left > 0 && left == refillAt) {
          signal.give();
        }
        serve(next.get());
      }
    } catch (InterruptedException e) {
      // Only at the close, once nobody waits for this thread.
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Held next) {
    running.incrementAndGet();
    long before = System.nanoTime();
    Outcome outcome = handling.handle(next);
    // An interrupt was the handler's; one of the close comes when nothing waits any more.
    Thread.interrupted();
    appetite.handled(System.nanoTime() - before);
    running.decrementAndGet();
    add(outcome);
    if (outcome.urgent() || waiting.size() < parallel) {
      signal.give();
    }
  }

  int running() {
    return running.get();
  }

  void add(Outcome outcome) {
    if (finishedCount.get() == 0) {
      firstFinished = System.nanoTime();
    }
    finished.add(outcome);
    finishedCount.incrementAndGet();
    if (outcome.urgent()) {
      urgent = true;
    }
  }

  int finishedCount() {
    return finishedCount.get();
  }

  boolean urgent() {
    return urgent;
  }

  long oldestFinished() {
    return System.nanoTime() - firstFinished;
  }

  /** Takes what is finished, the oldest first. */
  List<Outcome> finished(int most) {
    firstFinished = System.nanoTime();
    var taken = new ArrayList<Outcome>();
    for (Outcome next = finished.poll(); next != null; next = finished.poll()) {
      taken.add(next);
      if (taken.size() == most) {
        break;
      }
    }
    finishedCount.addAndGet(-taken.size());
    urgent = !finished.isEmpty();
    return taken;
  }

  void putBack(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes.reversed()) {
      finished.addFirst(outcome);
    }
    finishedCount.addAndGet(outcomes.size());
    urgent |= outcomes.stream().anyMatch(Outcome::urgent);
  }

  /** Drops what waits of an owner that was taken for dead. */
  void forget(long owner) {
    for (Optional<Held> next : waiting) {
      if (next.isPresent() && next.get().claim().owner() == owner && waiting.remove(next)) {
        add(new Outcome.Returned(next.get()));
      }
    }
  }

  /** Gives back what waits, and ends each thread after its message. */
  void close() {
    for (Optional<Held> next = waiting.poll(); next != null; next = waiting.poll()) {
      next.ifPresent(unbegun -> add(new Outcome.Returned(unbegun)));
    }
    threads.forEach(_ -> waiting.add(Optional.empty()));
  }

  void interrupt() {
    threads.forEach(Thread::interrupt);
  }
}
