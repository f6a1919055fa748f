package dev.remuda.daemon;

/** What the log says of runs. */
final class RunLog {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");

  private RunLog() {}

  static void failed(Run run, Throwable thrown) {
    if (run.isInterrupted()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} ended with {1}, since it was interrupted: {2}",
          run.name,
          RunTally.text(thrown),
          run.reason());
    } else {
      LOG.log(
          System.Logger.Level.ERROR,
          run.name + " (" + run.cause + ") failed; the next run comes all the same",
          thrown);
    }
  }

  static void interrupted(Run run) {
    LOG.log(System.Logger.Level.WARNING, "{0} is interrupted: {1}", run.name, run.reason());
  }

  static void stuck(Run run) {
    var stack = new Throwable("it is here");
    stack.setStackTrace(run.stack());
    LOG.log(
        System.Logger.Level.ERROR,
        run.name + " is stuck: it was interrupted (" + run.reason() + ") and goes on",
        stack);
  }
}
