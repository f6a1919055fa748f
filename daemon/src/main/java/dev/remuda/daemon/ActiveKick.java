package dev.remuda.daemon;

/** A source of kicks that has begun. */
interface ActiveKick {
  /** How it is, in a few words. */
  String state();

  /** Whether kicks do not arrive at present. */
  default boolean degraded() {
    return false;
  }

  /** Ends it; does not wait for its threads. */
  void close();
}
