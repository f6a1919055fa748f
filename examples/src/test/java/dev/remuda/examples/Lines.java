package dev.remuda.examples;

import java.util.List;
import java.util.concurrent.Flow;

/** Collects the lines of a stream that does not end. */
record Lines(List<String> seen) implements Flow.Subscriber<String> {
  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(String line) {
    seen.add(line);
  }

  @Override
  public void onError(Throwable thrown) {
    seen.add(thrown.toString());
  }

  @Override
  public void onComplete() {}
}
