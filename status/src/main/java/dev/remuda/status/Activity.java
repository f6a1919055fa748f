package dev.remuda.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What has happened in a pool or server lately.
 *
 * @param recent the last calls, newest first; of a pool
 * @param buckets all calls by how long they ran; of a pool
 * @param callsPerMinute of the last hour, oldest first; of a pool
 * @param failuresPerMinute likewise
 * @param deaths the last workers that died or were killed, newest first
 */
record Activity(
    List<Call> recent,
    List<Bucket> buckets,
    List<Integer> callsPerMinute,
    List<Integer> failuresPerMinute,
    List<Death> deaths) {
  static final Activity NONE = new Activity(List.of(), List.of(), List.of(), List.of(), List.of());

  /**
   * A call that has ended.
   *
   * @param ended when
   * @param queued how long it waited for a worker
   * @param failure why it failed, in one line; empty when it did not
   */
  record Call(
      Instant ended, String method, String worker, Duration queued, Duration ran, String failure) {
    Duration total() {
      return queued.plus(ran);
    }
  }

  /**
   * Calls that ran for about as long.
   *
   * @param upTo the bucket's end; nothing lasts longer than the last one's
   * @param samples the last ones, newest first
   */
  record Bucket(String upTo, long count, long failed, List<Call> samples) {}

  /**
   * A worker that has ended otherwise than by leaving.
   *
   * @param summary in one line
   * @param autopsy all that is known
   */
  record Death(Instant at, String worker, String summary, String autopsy) {}
}
