package dev.remuda.daemon;

import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolStats;
import dev.remuda.server.ServerStats;
import java.util.Optional;

/**
 * A pool of a daemon at one moment.
 *
 * @param name as it was added
 * @param stats its connections and its queue
 * @param counters what it has done
 * @param workers its worker processes, if the supervisor told them within a second
 */
public record PoolSnapshot(
    String name, PoolStats stats, PoolCounters counters, Optional<ServerStats> workers) {}
