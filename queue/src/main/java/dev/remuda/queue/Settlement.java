package dev.remuda.queue;

import java.util.List;

/**
 * What became of messages that were claimed.
 *
 * @param done those whose handler returned
 * @param failed those to be tried again
 * @param dead those that are not tried again
 * @param returned those never begun, whose attempt does not count
 */
record Settlement(List<Long> done, List<Failed> failed, List<Dead> dead, List<Long> returned) {
  static final Settlement NOTHING = new Settlement(List.of(), List.of(), List.of(), List.of());

  /**
   * @param delay milliseconds until it is tried again
   */
  record Failed(long id, long delay, String error) {}

  record Dead(long id, String error) {}

  int size() {
    return done.size() + failed.size() + dead.size() + returned.size();
  }
}
