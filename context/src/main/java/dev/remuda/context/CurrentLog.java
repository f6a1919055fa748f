package dev.remuda.context;

/** The binding of the current log, apart from the log itself: a worker may never make one. */
final class CurrentLog {
  static final FrameLocal<LogSource> KEY = FrameLocal.named("log");

  private CurrentLog() {}
}
