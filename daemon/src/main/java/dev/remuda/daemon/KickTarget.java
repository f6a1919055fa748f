package dev.remuda.daemon;

/** Whom a source of kicks tells. */
@FunctionalInterface
interface KickTarget {
  /** Several came, 1 at least; does not block. */
  void kicked(int count);
}
