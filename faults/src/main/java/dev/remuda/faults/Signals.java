package dev.remuda.faults;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends signals to processes, by one shell that lives as long as this: no process is started for
 * each. Safe for use by any thread.
 */
public final class Signals implements AutoCloseable {
  private static final String SHELL =
      "while read -r signal pid; do kill -s \"$signal\" \"$pid\" 2>/dev/null && echo sent || echo"
          + " gone; done";

  private final Process shell;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  /** Starts the shell. */
  public Signals() {
    try {
      shell = new ProcessBuilder("/bin/sh", "-c", SHELL).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    orders = shell.outputWriter();
    answers = shell.inputReader();
  }

  /**
   * Sends a signal; blocks until it is sent.
   *
   * @param signal such as {@code KILL}
   * @return false when there was no such process
   */
  public synchronized boolean send(String signal, long pid) {
    try {
      orders.write(signal + " " + pid + "\n");
      orders.flush();
      return "sent".equals(answers.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops a process for a while; blocks as long. */
  public void pause(long pid, Duration time) {
    if (send("STOP", pid)) {
      LockSupport.parkNanos(time.toNanos());
      send("CONT", pid);
    }
  }

  /** Lets a process run a quarter of the time only, for a while; blocks as long. */
  public void slow(long pid, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    boolean there = true;
    while (there && System.nanoTime() < end) {
      there = send("STOP", pid);
      LockSupport.parkNanos(30_000_000);
      there &= send("CONT", pid);
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Override
  public synchronized void close() {
    try {
      orders.close();
      shell.waitFor();
      answers.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
