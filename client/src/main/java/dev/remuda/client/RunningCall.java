package dev.remuda.client;

import java.time.Duration;

/**
 * A call that a worker has at this moment.
 *
 * @param method what was called
 * @param worker who has it, as far as it has said who it is
 * @param ran for how long
 */
public record RunningCall(String method, String worker, Duration ran) {}
