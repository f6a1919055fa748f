package dev.remuda.queue;

import java.util.List;

/**
 * What came of one transaction of a consumer.
 *
 * @param settled how many rows were still the consumer's to settle
 * @param claimed oldest first
 */
record Turn(int settled, List<ClaimedRow> claimed) {}
