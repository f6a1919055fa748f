package dev.remuda.server;

/** How much heap a worker may have when its user says nothing. */
final class JvmHeap {
  private static final int ASSUMED_WORKERS = 20;
  private static final long LEAST_MIB = 64;
  private static final long MOST_MIB = 1024;

  private JvmHeap() {}

  /** Half the memory of the container, shared among the workers there may be. */
  static long mebibytes(int maxWorkers) {
    long share = HostMemory.mebibytes() / 2 / (maxWorkers == 0 ? ASSUMED_WORKERS : maxWorkers);
    return Math.clamp(share, LEAST_MIB, MOST_MIB);
  }
}
