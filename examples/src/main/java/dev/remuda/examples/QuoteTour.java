package dev.remuda.examples;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
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
        Pool.builder(Quotes.class, CarrierQuotes.class).minWorkers(5).maxWorkers(5).start()) {
      wakeUp(pool);
      try (TaskLog log = TaskLog.open(record -> System.out.print(Waterfall.text(record, 110)))) {
        log.put("cents", cheapest(pool, log).orElse(-1));
      }
    }
  }

  /** Has all five answer once: the picture is to show calls, not how JVMs start. */
  private static void wakeUp(Pool<Quotes> pool) {
    List<Checkout<Quotes>> workers = CARRIERS.stream().map(_ -> pool.checkout()).toList();
    workers.forEach(worker -> worker.sync().quote("ant", 1));
    workers.forEach(Checkout::close);
  }

  private static OptionalLong cheapest(Pool<Quotes> pool, TaskLog log) {
    // What goes wrong in a frame, and in the calls that are made in it, comes to its handler.
    List<CompletableFuture<Long>> offers =
        Frame.of("order 4711")
            .onError((error, trace) -> log.warn("one offer less", trace.frames().getFirst()))
            .call(() -> log.during(() -> offers(pool)));
    return offers.stream()
        .map(offer -> offer.exceptionally(failed -> Long.MAX_VALUE))
        .mapToLong(CompletableFuture::join)
        .filter(cents -> cents < Long.MAX_VALUE)
        .min();
  }

  private static List<CompletableFuture<Long>> offers(Pool<Quotes> pool) {
    return CARRIERS.stream()
        .map(carrier -> pool.async(quotes -> quotes.quote(carrier, 1_200)))
        .toList();
  }
}
