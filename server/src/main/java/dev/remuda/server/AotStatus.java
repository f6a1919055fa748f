package dev.remuda.server;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which ahead-of-time cache the next worker of a server starts with.
 *
 * @param state whether there is one
 * @param file where it lies, if there is one
 * @param since when that became so
 * @param reason why there is none, if that is known
 */
public record AotStatus(State state, Optional<Path> file, Instant since, Optional<String> reason) {
  /** Whether there is a cache. */
  public enum State {
    /** There is none. */
    NONE,
    /** There is none, but it is being made. */
    TRAINING,
    /** There is one, which new workers use. */
    USED
  }

  static AotStatus none(@Nullable String reason) {
    return new AotStatus(State.NONE, Optional.empty(), Instant.now(), Optional.ofNullable(reason));
  }

  static AotStatus training() {
    return new AotStatus(State.TRAINING, Optional.empty(), Instant.now(), Optional.empty());
  }

  static AotStatus used(Path file) {
    return new AotStatus(State.USED, Optional.of(file), Instant.now(), Optional.empty());
  }

  /** As the control address tells it. */
  Map<String, Object> toWire() {
    var wire = new LinkedHashMap<String, Object>();
    wire.put("cache", file.map(Path::toString).orElse(state == State.NONE ? "none" : "training"));
    wire.put("since", since);
    reason.ifPresent(text -> wire.put("reason", text));
    return wire;
  }
}
