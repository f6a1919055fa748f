package dev.remuda.status;

/** A client says {@code worker hash(7) (pid 4711)} of what its supervisor calls {@code hash(7)}. */
final class WorkerNames {
  private static final String BEFORE = "worker ";
  private static final String AFTER = " (pid ";

  private WorkerNames() {}

  /** The supervisor's name for it; what was given where it is of another form. */
  static String id(String described) {
    int end = described.lastIndexOf(AFTER);
    return described.startsWith(BEFORE) && end > 0
        ? described.substring(BEFORE.length(), end)
        : described;
  }
}
