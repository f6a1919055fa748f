package dev.remuda.server;

/**
 * Both ends of a pipe, close-on-exec and numbered from 10 up.
 *
 * @param read the end to read from
 * @param write the end to write to
 */
record Pipe(int read, int write) {}
