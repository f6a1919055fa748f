package dev.remuda.daemon;

import java.time.Instant;

/**
 * A line that was written.
 *
 * @param number counts the lines of its stream from 1 on
 * @param at when
 * @param process who wrote it: the daemon's name, or a worker's
 * @param level of a line of the log, such as {@code WARNING}; else empty
 * @param text without its end; one that is too long is cut and says by how much. It is as it was
 *     written: not escaped, with whatever terminal codes were in it
 */
public record ConsoleLine(long number, Instant at, String process, String level, String text) {}
