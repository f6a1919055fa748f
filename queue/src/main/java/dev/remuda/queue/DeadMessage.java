package dev.remuda.queue;

import java.time.Instant;

/**
 * A message that is not tried any more, until somebody says so.
 *
 * @param id its number among the dead, for {@link MessageQueue#retryDead}
 * @param messageId the number that it had in the queue
 * @param data in a list its first {@value #SHOWN} characters at the most
 * @param dataLength how many characters the data has
 * @param attempts how often it was tried
 * @param diedAt by the database's clock
 * @param lastError how the last attempt ended
 */
public record DeadMessage(
    long id,
    long messageId,
    String type,
    String data,
    long dataLength,
    int attempts,
    Instant insertedAt,
    Instant diedAt,
    String lastError) {
  /** How many characters of data, and of an error, a list shows. */
  public static final int SHOWN = 4_000;
}
