package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who hears what happens. Belongs to the supervisor's loop. */
final class Events {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  private final List<Consumer<ServerEvent>> listeners = new ArrayList<>();

  void listen(Consumer<ServerEvent> listener) {
    listeners.add(listener);
  }

  /** A listener may ask for that while it hears of something. */
  void forget(Consumer<ServerEvent> listener) {
    listeners.remove(listener);
  }

  void tell(ServerEvent event) {
    for (Consumer<ServerEvent> listener : List.copyOf(listeners)) {
      try {
        listener.accept(event);
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.ERROR, "a listener to the server's events failed", e);
      }
    }
  }

  void started(WorkerProcess worker) {
    tell(new ServerEvent.Started(Instant.now(), worker.id(), worker.pid()));
  }

  void moved(WorkerProcess worker, WorkerState was, String reason) {
    if (worker.state() != WorkerState.DEAD) { // which its exit tells
      tell(
          new ServerEvent.Moved(
              Instant.now(), worker.id(), worker.pid(), was.name(), worker.state().name(), reason));
    }
  }

  void ended(WorkerExit exit) {
    tell(new ServerEvent.Ended(Instant.now(), exit));
  }

  /** As an object of the wire protocol. */
  static Map<String, @Nullable Object> toWire(ServerEvent event) {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("at", event.at());
    switch (event) {
      case ServerEvent.Started started -> {
        wire.put("event", "started");
        wire.put("worker", started.workerId());
        wire.put("pid", started.pid());
      }
      case ServerEvent.Moved moved -> {
        wire.put("event", "moved");
        wire.put("worker", moved.workerId());
        wire.put("pid", moved.pid());
        wire.put("was", moved.was());
        wire.put("state", moved.state());
        wire.put("reason", moved.reason());
      }
      case ServerEvent.Ended(Instant _, WorkerExit exit) -> {
        wire.put("event", "ended");
        wire.put("worker", exit.id());
        wire.put("pid", exit.pid());
        wire.put("cause", exit.cause().toString());
        wire.put("reason", exit.reason());
        wire.put("ageMillis", exit.age().toMillis());
        wire.put("checkouts", exit.checkouts());
      }
      case ServerEvent.Reloading reloading -> {
        wire.put("event", "reload");
        wire.put("reason", reloading.reason());
      }
      case ServerEvent.Draining draining -> {
        wire.put("event", "drain");
        wire.put("reason", draining.reason());
      }
      case ServerEvent.Refused refused -> {
        wire.put("event", "refused");
        wire.put("address", refused.address());
        wire.put("peer", refused.peer());
        wire.put("reason", refused.reason());
        wire.put("total", refused.total());
      }
    }
    return wire;
  }
}
