/** What a daemon does, for people, programs and Prometheus. */
package dev.remuda.status;
