package dev.remuda.queue;

/**
 * What a consumer wants to have.
 *
 * @param limit how many messages at the most
 * @param fromId messages that were never delayed are looked for from this number on; 0 for all
 * @param dueFirst whether delayed messages that are due go ahead of those never delayed
 * @param maxData longer data is not fetched
 */
record ClaimRequest(String type, int limit, long fromId, boolean dueFirst, int maxData) {
  /**
   * Negative ones are nobody's but those of a foreign insert, and found by looks from the start.
   */
  long leastRunAt() {
    if (dueFirst) {
      return 1;
    }
    return fromId == 0 ? Long.MIN_VALUE : 0;
  }

  ClaimRequest withLimit(int rest) {
    return new ClaimRequest(type, rest, fromId, dueFirst, maxData);
  }
}
