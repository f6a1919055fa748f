/** Runners that are polled and kicked, datagrams, and an end in order, in one process. */
package dev.remuda.daemon;
