package dev.remuda.benchmarks;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
import dev.remuda.server.AotCache;
import dev.remuda.server.ServerStats;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The main class of the process that measures Remuda, for {@link ChildJvm}. */
final class Probe {
  private Probe() {}

  /**
   * Takes the number of workers, how many calls are in flight when a rate is asked for, and the
   * core for the workers, if it is not that of this process.
   */
  public static void main(String[] arguments) throws IOException {
    Quiet.begin();
    int workers = Integer.parseInt(arguments[0]);
    int inFlight = Integer.parseInt(arguments[1]);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var pool =
        Pool.builder(EchoService.class, EchoWorker.class)
            .aotCache(AotCache.OFF)
            .name("bench")
            .minWorkers(workers)
            .maxWorkers(workers)
            .start()) {
      if (arguments.length > 2) {
        move(pool, arguments[2]);
      }
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        System.out.println(measure(pool, inFlight, words[0], Integer.parseInt(words[1])));
      }
    }
  }

  private static void move(Pool<EchoService> pool, String core) throws IOException {
    pool.sync().add(1, 2); // there is a worker, and it serves
    for (ServerStats.Worker worker : pool.workers().join().workers()) {
      Toolbox.run(List.of("taskset", "-a", "-c", "-p", core, Long.toString(worker.pid())));
    }
  }

  private static long measure(
      Pool<EchoService> pool, int inFlight, String what, int countOrMillis) {
    var rate = new CallRate(pool, inFlight);
    return switch (what) {
      case "rate-chained" -> rate.chained(countOrMillis);
      case "rate-thread" -> rate.fromThread(countOrMillis);
      case "queued" -> rate.queuedAtOnce(countOrMillis);
      case "pipelined" -> pipelined(pool, inFlight, countOrMillis);
      default -> roundTrip(pool, what, countOrMillis);
    };
  }

  private static long pipelined(Pool<EchoService> pool, int inFlight, int millis) {
    try (Checkout<EchoService> checkout = pool.checkout()) {
      return new CallRate(checkout, inFlight).chained(millis);
    }
  }

  private static long roundTrip(Pool<EchoService> pool, String what, int count) {
    try (Checkout<EchoService> checkout = pool.checkout()) {
      var trips = new RoundTrips(checkout);
      return switch (what) {
        case "chained" -> trips.chained(count);
        case "async" -> trips.async(count);
        case "sync" -> trips.sync(count);
        case "reported" -> trips.reported(count);
        case "logged" -> trips.logged(count);
        case "virtual" -> trips.virtual(count);
        default -> throw new IllegalArgumentException("not known: " + what);
      };
    }
  }
}
