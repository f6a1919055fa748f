package dev.remuda.faults;

/** Which way bytes go through a {@link FaultProxy}. */
public enum Direction {
  /** From the client: requests. */
  TO_SERVER,
  /** From the server: answers. */
  TO_CLIENT
}
