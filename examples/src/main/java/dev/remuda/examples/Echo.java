package dev.remuda.examples;

import dev.remuda.context.TaskLog;
import dev.remuda.worker.Progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For trying things: every way in which a worker can behave or misbehave. */
public final class Echo {
  private final List<byte[]> kept = new ArrayList<>();

  /** Gives back its arguments. */
  public List<@Nullable Object> echo(@Nullable Object... arguments) {
    return Arrays.asList(arguments);
  }

  /** Throws an exception with this message. */
  public void fail(String message) {
    throw new IllegalStateException(message);
  }

  /** Puts a line into the log of the call. */
  public void log(String message) {
    TaskLog.current().info(message);
  }

  /** Answers after a while. */
  public long sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  /** Never answers, and burns a core meanwhile. */
  @SuppressWarnings("InfiniteLoopStatement")
  public void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** Each number up to this one as progress, for a caller who wants it; then the last. */
  public int count(int to) {
    for (int i = 1; i <= to; i++) {
      Progress.report(i);
    }
    return to;
  }

  /** The worker's process number. */
  public long pid() {
    return ProcessHandle.current().pid();
  }

  /** Ends the worker with this status instead of answering. */
  public void exit(int code) {
    System.exit(code);
  }

  /** Reads from an address that no process has: a real SIGSEGV. */
  @SuppressWarnings("restricted")
  public int crash() {
    return MemorySegment.ofAddress(8).reinterpret(8).get(ValueLayout.JAVA_INT, 0);
  }

  /** Fills this much of the heap and keeps it; gives what is kept by now. */
  public long allocate(int mebibytes) {
    for (int i = 0; i < mebibytes; i++) {
      kept.add(new byte[1 << 20]);
    }
    return kept.size();
  }
}
