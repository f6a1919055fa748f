package dev.remuda.daemon;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What came to a {@link Datagrams}.
 *
 * @param name its name
 * @param addresses where it listens
 * @param received datagrams that were read
 * @param bytes in them
 * @param malformed those that the handler did not understand
 * @param oversized those that were longer than allowed, and not given to the handler
 * @param failed those at which the handler threw anything else
 * @param kernelDrops those that the kernel threw away because its buffer was full; nothing where
 *     the system does not tell
 * @param receiveBuffer the kernel's buffer for each address, in bytes, as the system grants it
 * @param lastMalformed what was wrong with the last one
 */
public record DatagramStats(
    String name,
    List<String> addresses,
    long received,
    long bytes,
    long malformed,
    long oversized,
    long failed,
    OptionalLong kernelDrops,
    int receiveBuffer,
    Optional<String> lastMalformed) {
  /** Copies the list. */
  public DatagramStats {
    addresses = List.copyOf(addresses);
  }
}
