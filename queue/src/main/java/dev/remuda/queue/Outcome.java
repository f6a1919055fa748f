package dev.remuda.queue;

import java.util.ArrayList;
import java.util.List;

/** What became of one message that was claimed. */
sealed interface Outcome {
  Held held();

  /** Its handler returned. */
  record Done(Held held) implements Outcome {}

  /** To be tried again after so many milliseconds. */
  record Failed(Held held, long delay, String error) implements Outcome {}

  /** Not to be tried again. */
  record Dead(Held held, String error) implements Outcome {}

  /** Never begun. */
  record Returned(Held held) implements Outcome {}

  /** Whether the message waits for nothing but this. */
  default boolean urgent() {
    return !(this instanceof Done);
  }

  static Settlement settlement(List<Outcome> outcomes) {
    var done = new ArrayList<Long>();
    var failed = new ArrayList<Settlement.Failed>();
    var dead = new ArrayList<Settlement.Dead>();
    var returned = new ArrayList<Long>();
    for (Outcome outcome : outcomes) {
      long id = outcome.held().id();
      switch (outcome) {
        case Done _ -> done.add(id);
        case Failed(Held _, long delay, String error) ->
            failed.add(new Settlement.Failed(id, delay, error));
        case Dead(Held _, String error) -> dead.add(new Settlement.Dead(id, error));
        case Returned _ -> returned.add(id);
      }
    }
    return new Settlement(done, failed, dead, returned);
  }
}
