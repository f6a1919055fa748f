package dev.remuda.queue;

import java.time.Instant;
import java.util.List;

/**
 * One type at one moment. Immutable.
 *
 * @param state how many messages there are, whoever consumes them
 * @param consumedHere whether this process consumes the type
 * @param paused whether this process claims none for now
 * @param runningHere how many handlers run in this process
 * @param doneHere how many messages this process has handled
 * @param failedHere how many attempts failed in this process, to be tried again
 * @param deadHere how many messages died in this process
 * @param fencedHere how many were handled here although they had been given to others
 * @param minutes what all processes did in the last hour, oldest first; minutes without anything
 *     are left out, the last few seconds may be missing
 */
public record TypeSnapshot(
    TypeState state,
    boolean consumedHere,
    boolean paused,
    int runningHere,
    long doneHere,
    long failedHere,
    long deadHere,
    long fencedHere,
    List<MinuteCount> minutes) {
  /** Copies the list. */
  public TypeSnapshot {
    minutes = List.copyOf(minutes);
  }

  /** What happened within a minute that began at the time. */
  public record MinuteCount(Instant minute, long done, long failed, long dead) {}

  /** The name of the type. */
  public String type() {
    return state.type();
  }
}
