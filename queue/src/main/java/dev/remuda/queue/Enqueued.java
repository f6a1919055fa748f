package dev.remuda.queue;

/**
 * What came of an insert.
 *
 * @param id the message's number; that of the one already there where nothing was inserted
 * @param inserted false where a message with the same unique key was there
 */
public record Enqueued(long id, boolean inserted) {}
