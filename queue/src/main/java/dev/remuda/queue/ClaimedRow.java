package dev.remuda.queue;

import org.jspecify.annotations.Nullable;

/**
 * A row that was claimed.
 *
 * @param data null where it is not text, is too long, or is null in the table
 * @param length of the data, in characters; for other than text in bytes
 * @param backoff milliseconds that it waited before this attempt
 * @param immediate whether it was never delayed
 */
record ClaimedRow(
    long id,
    @Nullable String data,
    long length,
    boolean text,
    int attempt,
    long insertedAt,
    @Nullable String orderKey,
    @Nullable String lastError,
    long backoff,
    boolean immediate) {}
