package dev.remuda.client;

import java.time.Duration;

/**
 * What a worker does at this moment that a checkout has.
 *
 * @param method the call that it has; empty between calls
 * @param worker who it is, as far as it has said so
 * @param ran for how long it has had the call
 */
public record RunningCall(String method, String worker, Duration ran) {}
