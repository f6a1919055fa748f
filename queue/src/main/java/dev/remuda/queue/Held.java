package dev.remuda.queue;

import java.time.Instant;
import java.util.Objects;

/** A message that this process has claimed and not settled yet. */
final class Held {
  private final ClaimedRow row;
  private final Claim claim;
  private final String type;

  Held(String type, ClaimedRow row, Claim claim) {
    this.type = type;
    this.row = row;
    this.claim = claim;
  }

  long id() {
    return row.id();
  }

  ClaimedRow row() {
    return row;
  }

  Claim claim() {
    return claim;
  }

  Message message() {
    return new Message(
        row.id(),
        type,
        Objects.requireNonNullElse(row.data(), ""),
        row.attempt(),
        Instant.ofEpochMilli(row.insertedAt()),
        row.orderKey(),
        row.lastError(),
        claim);
  }
}
