package dev.remuda.status;

import dev.remuda.client.PoolCounters;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** The counts of a pool's client by name, for JSON and metrics. */
final class Counters {
  private Counters() {}

  /** How calls end, by the name of the outcome. */
  static Map<String, Long> outcomes(PoolCounters counters) {
    Map<String, Long> outcomes = new LinkedHashMap<>();
    outcomes.put("succeeded", counters.succeeded());
    outcomes.put("failed", counters.failed());
    outcomes.put("timedOut", counters.timedOut());
    outcomes.put("notServed", counters.notServed());
    outcomes.put("died", counters.died());
    outcomes.put("skipped", counters.skipped());
    outcomes.put("cancelled", counters.cancelled());
    outcomes.put("refused", counters.refused());
    outcomes.put("closed", counters.closed());
    outcomes.put("garbled", counters.garbled());
    return outcomes;
  }

  static JsonObject json(PoolCounters counters) {
    var json =
        new JsonObject()
            .put("connects", counters.connects())
            .put("connectFailures", counters.connectFailures())
            .put("checkouts", counters.checkouts())
            .put("deaths", counters.deaths())
            .put("retries", counters.retries())
            .put("calls", counters.calls());
    outcomes(counters).forEach(json::put);
    return json;
  }
}
