package dev.remuda.examples;

import dev.remuda.Pool;
import dev.remuda.context.Frame;
import dev.remuda.context.TaskLog;
import dev.remuda.context.Waterfall;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** One request goes out to five workers at once; one of them fails, and the log tells all. */
public final class QuoteTour {
  private static final List<String> CARRIERS = List.of("mule", "owl", "pigeon", "snail", "turtle");

  private QuoteTour() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    try (Pool<Quotes> pool =
            Pool.builder(Quotes.class, CarrierQuotes.class).minWorkers(5).maxWorkers(5).start();
        TaskLog log = TaskLog.open(record -> System.out.print(Waterfall.text(record, 110)))) {
      // What goes wrong in a frame, and in the calls that are made in it, comes to its handler.
      OptionalLong best =
          Frame.of("order 4711")
              .onError((error, trace) -> log.warn("one offer less", trace.frames().getFirst()))
              .call(() -> log.during(() -> cheapest(pool)));
      log.put("cents", best.orElse(-1));
    }
  }

  private static OptionalLong cheapest(Pool<Quotes> pool) {
    List<CompletableFuture<Long>> offers =
        CARRIERS.stream().map(carrier -> pool.async(q -> q.quote(carrier, 1_200))).toList();
    return offers.stream()
        .map(offer -> offer.exceptionally(failed -> Long.MAX_VALUE))
        .mapToLong(CompletableFuture::join)
        .filter(cents -> cents < Long.MAX_VALUE)
        .min();
  }
}
