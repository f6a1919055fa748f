package dev.remuda.queue;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as its handler gets it.
 *
 * @param id the row's number; larger ones were inserted later
 * @param data the text that was inserted; empty where the row has none
 * @param attempt 1 the first time; a consumer that died with the message counts too
 * @param insertedAt by the database's clock
 * @param orderKey the key whose messages are handled one after the other; null for none
 * @param lastError how the attempt before ended; null for the first
 * @param claim whether the message still belongs to this consumer
 */
public record Message(
    long id,
    String type,
    String data,
    int attempt,
    Instant insertedAt,
    @Nullable String orderKey,
    @Nullable String lastError,
    Claim claim) {
  /** The key whose messages are handled one after the other. */
  public Optional<String> order() {
    return Optional.ofNullable(orderKey);
  }
}
