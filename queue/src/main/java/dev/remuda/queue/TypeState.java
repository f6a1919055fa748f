package dev.remuda.queue;

import java.time.Duration;

/**
 * How many messages of one type there are. Counted up to 1,000 each, so that looking costs the same
 * however many there are: 1,000 means as many or more.
 *
 * @param ready may be handled now
 * @param running claimed by a consumer
 * @param scheduled not due yet, and never tried
 * @param retrying not due yet, and tried before
 * @param dead not tried any more
 * @param oldest for how long the next to be handled has been due; zero where none is
 */
public record TypeState(
    String type, int ready, int running, int scheduled, int retrying, int dead, Duration oldest) {}
