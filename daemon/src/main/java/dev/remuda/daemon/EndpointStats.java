package dev.remuda.daemon;

import java.util.List;

/**
 * An endpoint of a daemon.
 *
 * @param name its name
 * @param addresses where it listens; empty when nowhere
 */
public record EndpointStats(String name, List<String> addresses) {
  /** Copies the list. */
  public EndpointStats {
    addresses = List.copyOf(addresses);
  }
}
