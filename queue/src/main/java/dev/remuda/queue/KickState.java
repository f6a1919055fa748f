package dev.remuda.queue;

/** Whether kicks reach a queue's consumers in this process. */
public enum KickState {
  /** The last test was heard. */
  HEARD,
  /** The last test was not heard: the queue is polled every second. */
  DEGRADED,
  /** There are none: nothing is consumed here, or kicks are switched off. */
  OFF
}
