package dev.remuda.client;

import dev.remuda.context.Frame;
import dev.remuda.protocol.WireType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What lies between a call's progress and its one subscriber. Its state belongs to the client's
 * loop; signals run where callbacks do, one after the other.
 *
 * @param <V> the values
 */
final class StreamedValues<V> implements PendingCall.Progress {
  private final TaskClient client;
  private final @Nullable WireType type;
  private final Deque<V> buffer = new ArrayDeque<>();
  private final Deque<Runnable> signals = new ArrayDeque<>();
  private @Nullable PendingCall call;
  private Flow.@Nullable Subscriber<? super V> subscriber;
  private long demand;
  private int taken;
  private int unacknowledged;
  private boolean signalling;
  private boolean ended;
  private boolean over;
  private @Nullable TaskException failure;

  /** Set by the subscriber's own thread, so that what is on its way already is not handed over. */
  private volatile boolean givenUp;

  StreamedValues(TaskClient client, @Nullable WireType type) {
    this.client = client;
    this.type = type;
  }

  /** Which call it is of; before it is sent. */
  void of(PendingCall made) {
    call = made;
  }

  @Override
  public int window() {
    return CallStream.WINDOW;
  }

  @Override
  @SuppressWarnings("unchecked") // the type that the caller named, or Object
  public void value(@Nullable Object wire) {
    Object value = type == null ? wire : type.read(wire);
    if (value == null) {
      throw new IllegalStateException("progress of null");
    }
    if (++unacknowledged > window()) {
      throw new IllegalStateException(
          "progress came that is over the window of " + window() + " values");
    }
    if (!over) {
      buffer.add((V) value);
      drain();
    }
  }

  @Override
  public void end(@Nullable TaskException reason) {
    ended = true;
    failure = reason;
    drain();
  }

  void subscribe(Flow.Subscriber<? super V> newcomer) {
    Objects.requireNonNull(newcomer);
    onLoop(() -> {
      if (subscriber == null) {
        subscriber = newcomer;
        signal(() -> newcomer.onSubscribe(new Demand()));
        drain();
      } else {
        refuse(newcomer);
      }
    });
  }

  private void refuse(Flow.Subscriber<? super V> second) {
    signal(() -> {
      second.onSubscribe(new NoDemand());
      second.onError(new IllegalStateException("a call's stream has one subscriber only"));
    });
  }

  private void drain() {
    Flow.Subscriber<? super V> to = subscriber;
    if (to == null || over) {
      return;
    }
    while (demand > 0 && !buffer.isEmpty()) {
      demand--;
      V value = buffer.remove();
      signal(() -> {
        if (!givenUp) {
          to.onNext(value);
          onLoop(this::tookOne);
        }
      });
    }
    TaskException reason = failure;
    if (ended && reason != null) {
      finish(() -> to.onError(reason));
    } else if (ended && buffer.isEmpty()) {
      finish(to::onComplete);
    }
  }

  private void finish(Runnable last) {
    over = true;
    buffer.clear();
    signal(() -> {
      if (!givenUp) {
        last.run();
      }
    });
  }

  /** Half a window at a time: the worker never waits for what was taken, and hears seldom. */
  private void tookOne() {
    PendingCall running = call;
    if (++taken >= CallStream.WINDOW / 2 && running != null && running.claim != null) {
      running.claim.acknowledge(running, taken);
      unacknowledged -= taken;
      taken = 0;
    }
  }

  private void giveUp(String reason) {
    givenUp = true;
    over = true;
    buffer.clear();
    PendingCall running = call;
    if (!ended && running != null) {
      client.giveUp(running, reason);
    }
  }

  private void signal(Runnable code) {
    signals.add(code);
    if (!signalling) {
      signalling = true;
      nextSignal();
    }
  }

  private void nextSignal() {
    Runnable next = signals.poll();
    if (next == null) {
      signalling = false;
      return;
    }
    client.callback(
        () -> {
          try {
            inFrame(next);
          } catch (RuntimeException | Error e) {
            client.report("a subscriber threw, so its call is given up", e);
          } finally {
            later(this::nextSignal);
          }
        },
        "a signal of a stream");
  }

  /** A subscriber is called in the frame of the call, whose handler hears what it throws. */
  private void inFrame(Runnable signal) {
    PendingCall running = call;
    Frame frame = running == null ? null : running.site.frame().orElse(null);
    var thrown = new AtomicReference<@Nullable Throwable>();
    Runnable guarded =
        () -> {
          try {
            signal.run();
          } catch (RuntimeException | Error e) {
            thrown.set(e);
            throw e;
          }
        };
    try {
      if (frame == null) {
        guarded.run();
      } else {
        frame.in(guarded);
      }
    } finally {
      Throwable fault = thrown.get();
      if (fault != null) {
        onLoop(() -> giveUp("its subscriber threw " + Outcomes.text(fault)));
      }
    }
  }

  private void onLoop(Runnable task) {
    if (client.loop().isCurrent()) {
      task.run();
    } else {
      later(task);
    }
  }

  /** Never at once: a thousand signals must not be a thousand frames deep. */
  private void later(Runnable task) {
    try {
      client.loop().execute(task);
    } catch (RejectedExecutionException e) {
      task.run(); // the client is closed, and nobody else touches this state any more
    }
  }

  /** The subscriber's way to ask for more; any thread. */
  private final class Demand implements Flow.Subscription {
    @Override
    public void request(long n) {
      onLoop(() -> {
        Flow.Subscriber<? super V> from = subscriber;
        if (n <= 0 && from != null && !over) {
          giveUp("its subscriber asked for " + n + " values");
          signal(() -> from.onError(new IllegalArgumentException("request(" + n + ")")));
        } else if (n > 0) {
          demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
          drain();
        }
      });
    }

    @Override
    public void cancel() {
      givenUp = true;
      onLoop(() -> {
        if (!over) {
          giveUp("its stream was cancelled");
        }
      });
    }
  }

  /** For one who gets nothing. */
  private static final class NoDemand implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }
}
