/** What runs in a worker process: accept, dispatch, watchdog, log capture, sandbox. */
package dev.remuda.worker;
