package dev.remuda.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of itself in META {@code c}, once a connection.
 *
 * @param capabilities the extensions it understands
 * @param name the program it belongs to, for logs; may be empty
 */
public record ClientHello(Set<Capability> capabilities, String name) {
  /** Copies the set. */
  public ClientHello {
    capabilities = Set.copyOf(capabilities);
  }

  Map<String, @Nullable Object> toWire() {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("v", Meta.VERSION);
    wire.put("caps", Capability.codes(capabilities));
    wire.put("name", name);
    return wire;
  }

  static ClientHello fromWire(Map<?, ?> wire) {
    return new ClientHello(
        Capability.known(wire.get("caps")), wire.get("name") instanceof String name ? name : "");
  }
}
