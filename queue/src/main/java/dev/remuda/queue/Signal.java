package dev.remuda.queue;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes one waiting thread, or keeps it from its next wait: it cannot be lost. */
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition given = lock.newCondition();
  private boolean set;

  void give() {
    lock.lock();
    try {
      set = true;
      given.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the signal, or so long; an interrupt ends the wait too. */
  void await(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!set && left > 0) {
        left = given.awaitNanos(left);
      }
      set = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
