package dev.remuda.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sources of a daemon's kicks: equal ones are one, which kicks several jobs. */
final class KickSources {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");

  private final Map<Kick, List<HostedJob>> wanted = new LinkedHashMap<>();
  private final Map<Kick, ActiveKick> active = new LinkedHashMap<>();

  void add(HostedJob job) {
    for (Trigger trigger : job.job().triggers()) {
      if (trigger instanceof Kick kick) {
        wanted.computeIfAbsent(kick, k -> new ArrayList<>()).add(job);
      }
    }
  }

  synchronized void start(List<Exception> problems) {
    wanted.forEach((kick, jobs) -> {
      String cause = kick.toString();
      KickTarget target = count -> jobs.forEach(job -> job.kick(cause, count));
      try {
        active.put(kick, start(kick, target));
      } catch (Exception e) {
        problems.add(new IOException("kicks by " + kick + ": " + e.getMessage(), e));
      }
    });
  }

  private static ActiveKick start(Kick kick, KickTarget target) throws Exception {
    return switch (kick) {
      case UdpKick(var addresses, int port) -> UdpListener.start(addresses, port, target);
      case SignalKick(String name) -> SignalListener.start(name, target);
      case PostgresKick postgres -> PostgresListener.start(postgres, target);
      case SourceKick(String description, KickSource source) -> {
        AutoCloseable begun = source.start(() -> target.kicked(1));
        yield new ForeignKick(description, begun);
      }
    };
  }

  synchronized List<RunnerStats.TriggerState> states(Job job) {
    return job.triggers().stream().map(this::state).toList();
  }

  private RunnerStats.TriggerState state(Trigger trigger) {
    ActiveKick source = trigger instanceof Kick kick ? active.get(kick) : null;
    return source == null
        ? new RunnerStats.TriggerState(trigger.toString(), "", false)
        : new RunnerStats.TriggerState(trigger.toString(), source.state(), source.degraded());
  }

  synchronized void close() {
    active.values().forEach(ActiveKick::close);
    active.clear();
  }

  /**
   * A source of the user's.
   *
   * @param state what is shown of it
   * @param source ends it
   */
  private record ForeignKick(String state, AutoCloseable source) implements ActiveKick {
    @Override
    public void close() {
      try {
        source.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "kicks by " + state + " failed to end", e);
      }
    }
  }
}
