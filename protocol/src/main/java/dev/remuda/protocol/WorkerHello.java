package dev.remuda.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of itself in META {@code w} of its first reply.
 *
 * @param pid its process number on its own host
 * @param id its name and number at its supervisor, such as {@code passwords(7)}
 * @param capabilities the extensions it understands
 * @param controlAddress where its supervisor answers questions about it, such as {@code
 *     unix:/run/passwords.sock.ctl}; null where none is known
 */
public record WorkerHello(
    long pid, String id, Set<Capability> capabilities, @Nullable String controlAddress) {
  /** Copies the set. */
  public WorkerHello {
    capabilities = Set.copyOf(capabilities);
  }

  Map<String, @Nullable Object> toWire() {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("v", Meta.VERSION);
    wire.put("pid", pid);
    wire.put("id", id);
    if (controlAddress != null) {
      wire.put("ctl", controlAddress);
    }
    wire.put("caps", Capability.codes(capabilities));
    return wire;
  }

  static WorkerHello fromWire(Map<?, ?> wire) {
    return new WorkerHello(
        wire.get("pid") instanceof Long pid ? pid : 0,
        wire.get("id") instanceof String id ? id : "",
        Capability.known(wire.get("caps")),
        wire.get("ctl") instanceof String address ? address : null);
  }
}
