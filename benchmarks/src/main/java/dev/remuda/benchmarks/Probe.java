package dev.remuda.benchmarks;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The main class of the process that measures Remuda, for {@link ChildJvm}. */
final class Probe {
  private Probe() {}

  /** Takes the number of workers, and how many calls are in flight when a rate is asked for. */
  public static void main(String[] arguments) throws IOException {
    Quiet.begin();
    int workers = Integer.parseInt(arguments[0]);
    int inFlight = Integer.parseInt(arguments[1]);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var pool =
        Pool.builder(EchoService.class, EchoWorker.class)
            .name("bench")
            .minWorkers(workers)
            .maxWorkers(workers)
            .start()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        System.out.println(measure(pool, inFlight, words[0], Integer.parseInt(words[1])));
      }
    }
  }

  private static long measure(
      Pool<EchoService> pool, int inFlight, String what, int countOrMillis) {
    var rate = new CallRate(pool, inFlight);
    return switch (what) {
      case "rate-chained" -> rate.chained(countOrMillis);
      case "rate-thread" -> rate.fromThread(countOrMillis);
      default -> roundTrip(pool, what, countOrMillis);
    };
  }

  private static long roundTrip(Pool<EchoService> pool, String what, int count) {
    try (Checkout<EchoService> checkout = pool.checkout()) {
      var trips = new RoundTrips(checkout);
      return switch (what) {
        case "chained" -> trips.chained(count);
        case "async" -> trips.async(count);
        case "sync" -> trips.sync(count);
        case "virtual" -> trips.virtual(count);
        default -> throw new IllegalArgumentException("not known: " + what);
      };
    }
  }
}
