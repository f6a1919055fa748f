package dev.remuda.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * People who use one client as they like: some of it outside of its loop, some in its callbacks.
 */
final class SimulatedUsers {
  /** What the workers serve. */
  interface Work {
    @Nullable Object run(long checkout, long sequence, long call);

    @Idempotent
    @Nullable Object again(long checkout, long sequence, long call);

    @Nullable Object kill(long key);
  }

  private static final List<CheckoutOptions> OPTIONS =
      List.of(
          CheckoutOptions.NONE,
          CheckoutOptions.NONE.keepAfterError(true),
          CheckoutOptions.NONE.timeout(Duration.ofMillis(30)),
          CheckoutOptions.NONE.timeout(Duration.ofSeconds(1)).keepAfterError(true),
          CheckoutOptions.NONE.queueTimeout(Duration.ofMillis(40)),
          CheckoutOptions.NONE.callTimeout(Duration.ofMillis(40)),
          CheckoutOptions.NONE
              .timeout(Duration.ofSeconds(2))
              .queueTimeout(Duration.ofMillis(100))
              .callTimeout(Duration.ofMillis(500)));

  private final SimulatedLoop loop;
  private final Ledger ledger;
  private final Chance chance;
  private final TypedClient<Work> typed;
  private final Terms terms;
  private final Habits habits;

  /** None may be forgotten, lest the garbage collector release it at its own time. */
  private final List<Checkout<Work>> all = new ArrayList<>();

  private final List<Ledger.Taken> allTaken = new ArrayList<>();

  private int reactions;

  /**
   * What users do.
   *
   * @param calls whether they also make calls with a checkout of its own each
   * @param cancel how often they give up, in percent
   * @param options whether they ask for limits of their own
   * @param stream whether they also want what comes before a result
   * @param react how often they do something at once when a call ends, in percent
   * @param pauseMillis how long they wait at the most before they do something else
   */
  record Habits(
      boolean calls, int cancel, boolean options, boolean stream, int react, int pauseMillis) {
    static final Habits QUICK = new Habits(true, 0, false, false, 0, 10);
    static final Habits WILD = new Habits(true, 12, true, true, 20, 200);
  }

  SimulatedUsers(SimulatedLoop loop, Ledger ledger, TaskClient client, Terms terms, Habits habits) {
    this.loop = loop;
    this.ledger = ledger;
    this.chance = loop.chance;
    this.terms = terms;
    this.habits = habits;
    this.typed = client.of(Work.class);
    this.reactions = 20;
  }

  /** One more user, who does so many things and then lets go. */
  void add(int actions) {
    new User(actions).goOn();
  }

  /** One of them. */
  private final class User {
    private int actions;
    private @Nullable Checkout<Work> checkout;
    private Ledger.@Nullable Taken taken;
    private final List<Ledger.Call> made = new ArrayList<>();

    User(int actions) {
      this.actions = actions;
    }

    private void goOn() {
      long pause = chance.percent(40) ? 0 : chance.below(habits.pauseMillis * 1_000_000L);
      loop.later(
          pause,
          "a user acts",
          () -> {
            if (actions-- > 0) {
              loop.guarded(this::act);
              goOn();
            } else {
              loop.guarded(this::release);
            }
          });
    }

    private void act() {
      int kind = chance.below(100);
      if (kind < habits.cancel) {
        giveUp();
      } else if (checkout == null && habits.calls && chance.percent(50)) {
        alone();
      } else if (checkout == null) {
        take();
      } else if (kind < 75) {
        call();
      } else {
        release();
      }
    }

    private void giveUp() {
      if (checkout != null && taken != null && chance.percent(20)) {
        taken.aborted = true;
        loop.note(() -> "abort of checkout " + taken.number);
        checkout.abort("no more of it");
        if (chance.percent(50)) {
          checkout = null;
        }
      } else if (!made.isEmpty()) {
        Ledger.Call call = chance.of(made);
        if (call.future != null && !call.future.isDone()) {
          call.cancelled = true;
          loop.note(() -> "cancel of " + call);
          call.future.cancel(true);
        }
      }
    }

    private CheckoutOptions options() {
      return habits.options && chance.percent(60) ? chance.of(OPTIONS) : CheckoutOptions.NONE;
    }

    private void take() {
      CheckoutOptions options = options();
      Checkout<Work> newly = typed.with(options).checkout();
      Ledger.Taken known = ledger.checkout(Terms.of(options, terms));
      loop.note(() -> "checkout " + known.number + " " + known.terms);
      checkout = newly;
      taken = known;
      all.add(newly);
      allTaken.add(known);
      int first = chance.below(4);
      for (int i = 0; i < first; i++) {
        call();
      }
    }

    private void alone() {
      CheckoutOptions options = options();
      Ledger.Taken own = ledger.checkout(Terms.of(options, terms));
      make(typed.with(options), own);
    }

    private void call() {
      if (checkout != null && taken != null) {
        make(checkout, taken);
      }
    }

    private void make(Calls<Work> on, Ledger.Taken own) {
      boolean killer = own.calls.isEmpty() && on instanceof TypedClient && chance.percent(4);
      boolean idempotent = chance.percent(25);
      Ledger.Call call = ledger.call(own, idempotent, killer);
      made.add(call);
      loop.note(() -> call + " is made");
      long c = own.number;
      if (killer) {
        watch(call, on.async(work -> work.kill(1)));
      } else if (habits.stream && chance.percent(12)) {
        CallStream<Long, @Nullable Object> stream =
            on.callStream(
                Long.class,
                work ->
                    idempotent
                        ? work.again(c, call.sequence, call.number)
                        : work.run(c, call.sequence, call.number));
        watch(call, stream.result());
        stream.subscribe(new SimulatedSubscriber(loop, ledger, call));
      } else if (idempotent) {
        watch(call, on.async(work -> work.again(c, call.sequence, call.number)));
      } else {
        watch(call, on.async(work -> work.run(c, call.sequence, call.number)));
      }
    }

    private void watch(Ledger.Call call, CompletableFuture<?> future) {
      call.future = future;
      future.whenComplete((value, failure) -> {
        ledger.ended(call, value, failure);
        if (chance.percent(habits.react) && reactions-- > 0) {
          loop.note(() -> "  and at once:");
          loop.guarded(this::act);
        }
      });
    }

    private void release() {
      if (checkout != null && taken != null) {
        loop.note(() -> "release of checkout " + taken.number);
        ledger.released(taken);
        checkout.close();
        if (chance.percent(15)) {
          call();
        }
      }
      checkout = null;
      taken = null;
    }
  }

  /** Something that users do in the middle of the client's own work: a listener may. */
  void interfere() {
    if (chance.percent(habits.react) && reactions-- > 0 && !all.isEmpty()) {
      int any = chance.below(all.size());
      loop.note(() -> "  a listener acts");
      if (chance.percent(50)) {
        ledger.released(allTaken.get(any));
        loop.guarded(all.get(any)::close);
      } else {
        Ledger.Taken own = ledger.checkout(terms);
        loop.guarded(() -> new User(0).make(typed, own));
      }
    }
  }

  /** They let go of all that they have, and do nothing more. */
  void leave() {
    reactions = 0;
    allTaken.forEach(ledger::released);
    all.forEach(Checkout::close);
  }
}
