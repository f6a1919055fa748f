package dev.remuda.client;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes the values of a call at its own pace, and checks that they come as they should. */
final class SimulatedSubscriber implements Flow.Subscriber<Long> {
  private final SimulatedLoop loop;
  private final Ledger ledger;
  private final Ledger.Call call;
  private Flow.@Nullable Subscription subscription;
  private long asked;
  private long next;
  private boolean over;
  private boolean cancelled;

  SimulatedSubscriber(SimulatedLoop loop, Ledger ledger, Ledger.Call call) {
    this.loop = loop;
    this.ledger = ledger;
    this.call = call;
  }

  @Override
  public void onSubscribe(Flow.Subscription made) {
    subscription = made;
    ask();
  }

  private void ask() {
    int more = loop.chance.between(1, 40);
    asked += more;
    if (subscription != null) {
      subscription.request(more);
    }
  }

  @Override
  public void onNext(Long value) {
    ledger.require(!over, () -> call + " goes on after its end");
    ledger.require(value == next, () -> call + " has value " + value + " as its " + next);
    next++;
    ledger.require(next <= asked, () -> call + " has more values than were asked for");
    ledger.count("value");
    if (!cancelled && loop.chance.percent(2)) {
      cancelled = true;
      call.cancelled = true;
      ledger.count("stream is cancelled");
      if (subscription != null) {
        subscription.cancel();
      }
    } else if (next == asked) {
      loop.later(loop.chance.below(50_000_000), "a subscriber asks for more", this::ask);
    }
  }

  @Override
  public void onError(Throwable reason) {
    end();
  }

  @Override
  public void onComplete() {
    end();
  }

  private void end() {
    ledger.require(!over, () -> call + " ends its values twice");
    over = true;
    ledger.count("stream ends");
  }
}
