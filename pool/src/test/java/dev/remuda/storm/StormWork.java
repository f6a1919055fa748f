package dev.remuda.storm;

import dev.remuda.client.Idempotent;
import dev.remuda.faults.Executions;
import dev.remuda.worker.WorkerHooks;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the workers of a storm do: all of it is written down before it is done. */
public interface StormWork {
  /** Takes some time, and must not be done twice. */
  String once(String id, long millis) throws InterruptedException;

  /** The same, but may be done twice. */
  @Idempotent
  String again(String id, long millis) throws InterruptedException;

  /** The text, which may be long, with the id before it. */
  String big(String id, String text);

  /** Throws. */
  String fail(String id);

  /** As {@link #once}, for the holder of a checkout: nobody else's work may lie about. */
  String held(String id, String holder);

  /** The implementation. */
  final class Worker implements StormWork, WorkerHooks {
    private static final Path LOG = Path.of(System.getProperty("storm.log", "storm.log"));

    private @Nullable String present;

    private static void note(String id) {
      Executions.note(LOG, id, "pid " + ProcessHandle.current().pid());
    }

    @Override
    public String once(String id, long millis) throws InterruptedException {
      note(id);
      Thread.sleep(millis);
      return "done " + id;
    }

    @Override
    public String again(String id, long millis) throws InterruptedException {
      return once(id, millis);
    }

    @Override
    public String big(String id, String text) {
      note(id);
      return id + text;
    }

    @Override
    public String fail(String id) {
      note(id);
      throw new IllegalStateException("as asked: " + id);
    }

    @Override
    public String held(String id, String holder) {
      note(id);
      if (present != null && !present.equals(holder)) {
        note("TWO-AT-A-TIME:" + holder + ":" + present);
      }
      present = holder;
      return "done " + id;
    }

    @Override
    public void checkoutDone() {
      present = null;
    }
  }
}
