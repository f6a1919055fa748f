package dev.remuda.client;

/**
 * A client's counts at one moment.
 *
 * @param total connections to workers, those still being made included
 * @param active workers that a checkout has
 * @param idle workers that wait for one
 * @param waiting checkouts that wait for a worker
 */
public record PoolStats(int total, int active, int idle, int waiting) {
  @Override
  public String toString() {
    return "(total=" + total + " active=" + active + " idle=" + idle + " waiting=" + waiting + ")";
  }
}
