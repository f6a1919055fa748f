package dev.remuda.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A daemon at one moment; immutable.
 *
 * @param name its name
 * @param pid its process number
 * @param state what it does
 * @param started when
 * @param uptime for how long it runs, by a clock that nobody sets
 * @param java the version of Java
 * @param settings those in force; none holds a secret
 * @param runners its jobs, in the order in which they were added
 * @param pools its pools, likewise
 * @param endpoints its endpoints, likewise
 * @param datagrams those endpoints that are {@link Datagrams}
 * @param queues those endpoints that are {@link QueueConsumers}
 * @param loop the health of its loop
 * @param reloads how often it was reloaded
 * @param reloadError why the last reload failed, if it did
 */
public record DaemonStats(
    String name,
    long pid,
    State state,
    Instant started,
    Duration uptime,
    String java,
    Map<String, String> settings,
    List<RunnerStats> runners,
    List<PoolSnapshot> pools,
    List<EndpointStats> endpoints,
    List<DatagramStats> datagrams,
    List<QueueStats> queues,
    LoopStats loop,
    int reloads,
    Optional<String> reloadError) {
  /** Copies the collections; settings keep their order. */
  public DaemonStats {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    runners = List.copyOf(runners);
    pools = List.copyOf(pools);
    endpoints = List.copyOf(endpoints);
    datagrams = List.copyOf(datagrams);
    queues = List.copyOf(queues);
  }

  /** What a daemon does. */
  public enum State {
    /** Its parts begin. */
    STARTING,
    /** It works. */
    RUNNING,
    /** It takes no more work, and ends with what it has. */
    DRAINING,
    /** It has ended. */
    CLOSED
  }
}
