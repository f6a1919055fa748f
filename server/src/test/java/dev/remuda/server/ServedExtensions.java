package dev.remuda.server;

import dev.remuda.context.Deadline;
import dev.remuda.protocol.UnwritableValueException;
import dev.remuda.protocol.WireException;
import dev.remuda.worker.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Code that asks for what travels beside its call. */
public final class ServedExtensions {
  private final List<byte[]> held = new ArrayList<>();
  private final List<String> ran = new ArrayList<>();

  /** Milliseconds left of the caller's deadline, where there is one. */
  public Optional<Long> left() {
    return Deadline.current().map(deadline -> deadline.left().toMillis());
  }

  /** Keeps what it was told. */
  public String note(String what) {
    ran.add(what);
    return what;
  }

  /** What was kept. */
  public List<String> noted() {
    return ran;
  }

  /** Fails, with its name kept. */
  public void fail(String what) {
    ran.add(what);
    throw new IllegalStateException(what);
  }

  /** Keeps so much more memory, every page of it touched. */
  public void hold(int mebibytes) {
    for (int i = 0; i < mebibytes; i++) {
      byte[] block = new byte[1 << 20];
      java.util.Arrays.fill(block, (byte) 1);
      held.add(block);
    }
  }

  /** Lasts. */
  public void sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  /** True where the caller wants progress. */
  public boolean wanted() {
    return Progress.isWanted();
  }

  /** Reports so many numbers. */
  public int count(int to) {
    for (int i = 1; i <= to; i++) {
      Progress.report(i);
    }
    return to;
  }

  /** As {@link #count}, interrupted: tells whether it still is at the end. */
  public boolean countInterrupted(int to) {
    Thread.currentThread().interrupt();
    count(to);
    return Thread.currentThread().isInterrupted();
  }

  /** Reports what cannot travel, then what can. */
  public List<String> reportBadly() {
    var problems = new ArrayList<String>();
    try {
      Progress.report(List.of(1, new Object()));
    } catch (UnwritableValueException e) {
      problems.add(e.getMessage());
    }
    try {
      Progress.report("x".repeat(65 << 20));
    } catch (WireException e) {
      problems.add(String.valueOf(e.isOverLimit()) + " " + e.getMessage());
    }
    Progress.report("still here");
    return problems;
  }

  /** Fails between two values. */
  public void reportAndFail() {
    Progress.report("before");
    throw new IllegalStateException("after");
  }

  /** Parks so many virtual threads, then stays. */
  public void park(int count) throws InterruptedException {
    var parked = new CountDownLatch(count);
    for (int i = 1; i <= count; i++) {
      Thread.ofVirtual().name("guest-" + i).start(() -> stay(parked));
    }
    parked.await();
    Progress.report("parked");
    stay(new CountDownLatch(1));
  }

  private static void stay(CountDownLatch here) {
    here.countDown();
    while (true) {
      LockSupport.park();
    }
  }
}
