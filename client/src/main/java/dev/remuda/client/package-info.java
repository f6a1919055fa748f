/** The caller's side: connections, checkouts, queue, deadlines, typed calls. */
package dev.remuda.client;
