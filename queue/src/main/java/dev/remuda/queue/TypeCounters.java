package dev.remuda.queue;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened to one type in this process. */
final class TypeCounters {
  final LongAdder done = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder dead = new LongAdder();
  final LongAdder fenced = new LongAdder();

  private long flushedDone;
  private long flushedFailed;
  private long flushedDead;

  /** What was not flushed yet; null for nothing. Called by the keeper only. */
  Housekeeping.@Nullable Count unflushed(String type, long minute) {
    var count =
        new Housekeeping.Count(
            type,
            minute,
            done.sum() - flushedDone,
            failed.sum() - flushedFailed,
            dead.sum() - flushedDead);
    return count.done() + count.failed() + count.dead() == 0 ? null : count;
  }

  void flushed(Housekeeping.Count count) {
    flushedDone += count.done();
    flushedFailed += count.failed();
    flushedDead += count.dead();
  }
}
