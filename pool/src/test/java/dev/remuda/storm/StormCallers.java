package dev.remuda.storm;

import dev.remuda.client.Checkout;
import dev.remuda.client.CheckoutOptions;
import dev.remuda.faults.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Callers who call without a break, each on its own, and enter everything in the ledger. */
final class StormCallers implements AutoCloseable {
  /** Longer than any call may take. */
  static final long TOO_LONG_MILLIS = 10_000;

  private static final int HELD_CALLS = 3;

  /** Or each asked-for error would cost a worker, and the storm its breath. */
  private static final CheckoutOptions KEEP = CheckoutOptions.NONE.keepAfterError(true);

  /** What is called, which begins the ids of its calls. */
  enum Kind {
    ONCE,
    AGAIN,
    BIG,
    FAIL,
    SLOW,
    CANCEL,
    HELD;

    static Kind of(Ledger.Entry entry) {
      return valueOf(entry.id().substring(0, entry.id().indexOf('-')));
    }
  }

  private final Ledger ledger;
  private final List<CompletableFuture<Void>> callers = new ArrayList<>();
  private volatile boolean over;

  StormCallers(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Another caller, who uses whatever client is there by then. */
  void add(AtomicReference<StormClient> client, String name, long seed) {
    var caller = new Caller(client, name, new Random(seed));
    callers.add(CompletableFuture.runAsync(caller, Thread::startVirtualThread));
  }

  private final class Caller implements Runnable {
    private final AtomicReference<StormClient> client;
    private final String name;
    private final Random random;
    private int count;

    Caller(AtomicReference<StormClient> client, String name, Random random) {
      this.client = client;
      this.name = name;
      this.random = random;
    }

    @Override
    public void run() {
      while (!over) {
        int dice = random.nextInt(100);
        if (dice < 40) {
          one(Kind.ONCE, random.nextInt(30));
        } else if (dice < 42) {
          one(Kind.ONCE, 300);
        } else if (dice < 65) {
          again(random.nextInt(30));
        } else if (dice < 75) {
          big(1 << (10 + random.nextInt(9)));
        } else if (dice < 80) {
          fail();
        } else if (dice < 81) {
          one(Kind.SLOW, TOO_LONG_MILLIS);
        } else if (dice < 84) {
          cancelled();
        } else {
          held();
        }
      }
    }

    private Ledger.Entry begin(Kind kind, boolean repeatable) {
      return ledger.begin(kind + "-" + name + "-" + count++, repeatable);
    }

    private void one(Kind kind, long millis) {
      Ledger.Entry entry = begin(kind, false);
      String id = entry.id();
      follow(entry, "done " + id, client.get().work.async(w -> w.once(id, millis))).join();
    }

    private void again(long millis) {
      Ledger.Entry entry = begin(Kind.AGAIN, true);
      String id = entry.id();
      follow(entry, "done " + id, client.get().work.async(w -> w.again(id, millis))).join();
    }

    private void big(int length) {
      Ledger.Entry entry = begin(Kind.BIG, false);
      String id = entry.id();
      String text = "x".repeat(length);
      follow(entry, id + text, client.get().work.async(w -> w.big(id, text))).join();
    }

    private void fail() {
      Ledger.Entry entry = begin(Kind.FAIL, false);
      String id = entry.id();
      follow(entry, "", client.get().work.with(KEEP).async(w -> w.fail(id))).join();
    }

    private void cancelled() {
      Ledger.Entry entry = begin(Kind.CANCEL, false);
      String id = entry.id();
      CompletableFuture<String> call = client.get().work.async(w -> w.once(id, TOO_LONG_MILLIS));
      CompletableFuture<?> followed = follow(entry, "", call);
      one(Kind.ONCE, random.nextInt(30));
      call.cancel(true);
      followed.join();
    }

    /** Several calls on one checkout, one behind the other. */
    private void held() {
      String holder = name + "-" + count;
      var calls = new ArrayList<CompletableFuture<?>>();
      try (Checkout<StormWork> checkout = client.get().work.checkout()) {
        for (int i = 0; i < HELD_CALLS; i++) {
          Ledger.Entry entry = begin(Kind.HELD, false);
          String id = entry.id();
          calls.add(follow(entry, "done " + id, checkout.async(w -> w.held(id, holder))));
        }
      }
      calls.forEach(CompletableFuture::join);
    }

    private static CompletableFuture<?> follow(
        Ledger.Entry entry, String expected, CompletableFuture<String> call) {
      return call.handle((result, failure) -> {
        if (failure == null && !expected.equals(result)) {
          String head = result.substring(0, Math.min(result.length(), 60));
          entry.ended(new AssertionError("wrong result: " + head));
        } else {
          entry.ended(failure);
        }
        return true;
      });
    }
  }

  /** Waits until every call has ended. */
  @Override
  public void close() {
    over = true;
    callers.forEach(CompletableFuture::join);
  }
}
