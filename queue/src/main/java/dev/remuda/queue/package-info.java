/** A durable message queue in a table of a database, polled and kicked. */
package dev.remuda.queue;
