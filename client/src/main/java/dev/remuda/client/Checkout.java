package dev.remuda.client;

import dev.remuda.context.TaskLog;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * A worker of one's own, from {@link TypedClient#checkout()} until {@link #close()}: for state that
 * must stay with one worker, a database transaction for example. Taking one never blocks: calls on
 * it wait, in order, until a worker is free. Whoever took it must close it; one that is forgotten
 * is reported with the place where it was taken, and released.
 *
 * @param <T> the interface that the worker serves
 */
public final class Checkout<T> extends CallRecorder<T> implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");
  private static final Cleaner FORGOTTEN = Cleaner.create();

  private final TaskClient client;
  private final Claim claim;
  private final Cleaner.Cleanable cleanable;
  private final Release release;

  Checkout(
      TaskClient client,
      @Nullable Contract<T> contract,
      Claim claim,
      CallSite taken,
      @Nullable TaskLog log) {
    super(contract, client, log);
    this.client = client;
    this.claim = claim;
    this.release = new Release(client, claim, taken);
    this.cleanable = FORGOTTEN.register(this, release);
  }

  /**
   * Gives the worker back once the calls made so far are answered; does not block. Closing twice is
   * closing once.
   */
  @Override
  public void close() {
    release.asked = true;
    cleanable.clean();
  }

  /**
   * Ends the checkout and its worker, whatever either does; does not block. The call that runs
   * fails with {@link CallCancelledException}, those that wait are skipped, and every later one
   * hears the same reason. A worker that is not granted yet is waited for no more.
   */
  public void abort(String reason) {
    release.asked = true;
    client.abort(claim, "its checkout was aborted: " + reason);
    cleanable.clean();
  }

  @Override
  void submit(PendingCall call) {
    client.onLoop(() -> claim.issue(call), call);
  }

  /** Must not know the checkout itself, or it would never be found forgotten. */
  private static final class Release implements Runnable {
    private final TaskClient client;
    private final Claim claim;
    private final CallSite taken;
    private volatile boolean asked;

    Release(TaskClient client, Claim claim, CallSite taken) {
      this.client = client;
      this.claim = claim;
      this.taken = taken;
    }

    @Override
    public void run() {
      if (!asked) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a checkout was never closed and is released now; it was taken here",
            taken);
      }
      client.release(claim);
    }
  }
}
