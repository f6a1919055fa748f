package dev.remuda.server;

/** Passes workers' lines on to the logger {@code remuda.worker}. */
enum LoggedOutput implements WorkerOutput {
  INSTANCE;

  private static final System.Logger LOG = System.getLogger("remuda.worker");

  @Override
  public void line(String workerId, Stream stream, String line) {
    LOG.log(
        stream == Stream.OUT ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
        "[" + workerId + "] " + line);
  }
}
