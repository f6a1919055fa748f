package dev.remuda.server;

/** For how long a worker has given no sign of life that it owed; belongs to the loop. */
final class Pulse {
  private boolean beating;
  private long lastBeat;
  private long silentMillis;
  private long stoppedMillis;
  private long startingMillis;
  private boolean late;

  /** Its watchdog is awake, and will say so again. */
  void beat() {
    beating = true;
    lastBeat = System.nanoTime();
    silentMillis = 0;
  }

  /** Its watchdog sleeps, and owes nothing. */
  void rest() {
    beating = false;
  }

  boolean isBeating() {
    return beating;
  }

  /** So much more of a time has been watched, in which nothing may have come; gives the sum. */
  long silentFor(long millis) {
    long sinceBeat = (System.nanoTime() - lastBeat) / 1_000_000;
    silentMillis = Math.min(silentMillis + millis, sinceBeat);
    return silentMillis;
  }

  /** The kernel shows it as stopped, or not, after so much more time; gives the sum. */
  long stoppedFor(boolean stopped, long millis) {
    stoppedMillis = stopped ? stoppedMillis + millis : 0;
    return stoppedMillis;
  }

  /** So much more of its start has been watched; gives the sum. */
  long startingFor(long millis) {
    startingMillis += millis;
    return startingMillis;
  }

  /** It has not said in time that it is ready. */
  boolean isLate() {
    return late;
  }

  void late() {
    late = true;
  }
}
