package dev.remuda.worker;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The lines between a worker and its supervisor: two pipes, descriptor 3 to hear and 4 to speak.
 * Pipes, because a JVM can open them by {@code /proc/self/fd} without native code, which would cost
 * a third of a worker's start.
 */
final class ControlChannel implements Watchdog.Pulse {
  private final BufferedReader in;
  private final FileOutputStream out;

  ControlChannel() throws IOException {
    in =
        new BufferedReader(
            new InputStreamReader(new FileInputStream("/proc/self/fd/3"), StandardCharsets.UTF_8),
            256);
    out = new FileOutputStream("/proc/self/fd/4");
  }

  /**
   * Says one line of at most 4,096 bytes, which is never mixed with another; a supervisor that is
   * gone is noticed by {@link #listen}, not here.
   */
  void say(String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The pipe broke: the listening thread ends or frees this worker.
    }
  }

  @Override
  public void working() {
    say("working");
  }

  @Override
  public void resting() {
    say("resting");
  }

  /** Reads until the supervisor is gone; blocks. */
  void listen(Listener listener) {
    try {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        switch (line) {
          case "retire" -> listener.retire();
          case "idle?" -> listener.tellIdle();
          case "dump" -> listener.dump();
          default -> {} // of a newer supervisor
        }
      }
    } catch (IOException e) {
      // The same as its end.
    }
    listener.supervisorGone();
  }

  /** What a supervisor may have to say. */
  interface Listener {
    /** Leave if idle; else ask the client to let go, where it understands that. */
    void retire();

    /** Say for how long no checkout has been open, where the client could be asked to let go. */
    void tellIdle();

    /** Say what all threads do. */
    void dump();

    /** Nobody will ask for this worker any more. */
    void supervisorGone();
  }
}
