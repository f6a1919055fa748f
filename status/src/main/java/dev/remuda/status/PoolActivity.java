package dev.remuda.status;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.client.Autopsy;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.PoolEvent;
import dev.remuda.client.PoolListener;
import dev.remuda.client.TaskException;
import dev.remuda.client.WorkerDiedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Remembers the last calls and deaths of a pool, in bounded memory. Hears on the pool's loop. */
final class PoolActivity implements PoolListener {
  static final int RECENT = 20;
  static final int SAMPLES = 3;
  static final int DEATHS = 10;
  private static final int MOST_FAILURE = 300;
  private static final int MOST_AUTOPSY = 24_000;
  private static final long[] LIMITS_MILLIS = {1, 5, 20, 100, 500, 2_000, 10_000, 60_000};
  private static final List<String> LABELS =
      List.of("1 ms", "5 ms", "20 ms", "100 ms", "500 ms", "2 s", "10 s", "1 min", "longer");

  @GuardedBy("this")
  private final Deque<Activity.Call> recent = new ArrayDeque<>();

  @GuardedBy("this")
  private final Deque<Activity.Death> deaths = new ArrayDeque<>();

  @GuardedBy("this")
  private final List<Deque<Activity.Call>> samples =
      IntStream.range(0, LABELS.size())
          .<Deque<Activity.Call>>mapToObj(i -> new ArrayDeque<>())
          .toList();

  @GuardedBy("this")
  private final long[] counts = new long[LABELS.size()];

  @GuardedBy("this")
  private final long[] failed = new long[LABELS.size()];

  @GuardedBy("this")
  private final MinuteCounts calls = new MinuteCounts();

  @GuardedBy("this")
  private final MinuteCounts failures = new MinuteCounts();

  @Override
  public void on(PoolEvent event) {
    switch (event) {
      case PoolEvent.CallEnded ended -> callEnded(ended);
      case PoolEvent.Connected _,
          PoolEvent.ConnectFailed _,
          PoolEvent.CheckedOut _,
          PoolEvent.Released _,
          PoolEvent.WorkerLost _,
          PoolEvent.Retiring _ -> {}
    }
  }

  private void callEnded(PoolEvent.CallEnded ended) {
    TaskException reason = ended.reason();
    var call =
        new Activity.Call(
            Instant.now(),
            ended.method(),
            WorkerNames.id(ended.worker()),
            ended.queued(),
            ended.ran(),
            reason == null ? "" : failure(reason));
    Autopsy autopsy =
        switch (reason) {
          case WorkerDiedException died -> died.autopsy();
          case CallTimeoutException late -> late.autopsy();
          case null, default -> null;
        };
    synchronized (this) {
      keep(recent, call, RECENT);
      int bucket = bucket(call.ran());
      counts[bucket]++;
      failed[bucket] += reason == null ? 0 : 1;
      keep(samples.get(bucket), call, SAMPLES);
      long minute = MinuteCounts.now();
      calls.add(minute);
      if (reason != null) {
        failures.add(minute);
      }
      if (autopsy != null) {
        keep(deaths, death(call, autopsy), DEATHS);
      }
    }
  }

  private static <T> void keep(Deque<T> all, T one, int most) {
    all.addFirst(one);
    if (all.size() > most) {
      all.removeLast();
    }
  }

  private static Activity.Death death(Activity.Call call, Autopsy autopsy) {
    String worker = autopsy.worker().isEmpty() ? call.worker() : autopsy.worker();
    return new Activity.Death(
        call.ended(), worker, ended(call, autopsy), Texts.cut(autopsy.toString(), MOST_AUTOPSY));
  }

  private static String ended(Activity.Call call, Autopsy autopsy) {
    String how =
        autopsy
            .exit()
            .map(exit -> exit.reason() == null ? exit.cause().toString() : exit.reason())
            .orElse("ended, how is not known here");
    return call.method() + ", after " + Texts.duration(call.ran()) + ": " + how;
  }

  private static int bucket(Duration ran) {
    long millis = ran.toMillis();
    int bucket = 0;
    while (bucket < LIMITS_MILLIS.length && millis >= LIMITS_MILLIS[bucket]) {
      bucket++;
    }
    return bucket;
  }

  private static String failure(TaskException reason) {
    @Nullable String message = reason.getMessage();
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return Texts.cut(line.isEmpty() ? reason.getClass().getSimpleName() : line, MOST_FAILURE);
  }

  synchronized Activity activity() {
    var buckets = new ArrayList<Activity.Bucket>();
    for (int i = 0; i < LABELS.size(); i++) {
      buckets.add(
          new Activity.Bucket(LABELS.get(i), counts[i], failed[i], List.copyOf(samples.get(i))));
    }
    long minute = MinuteCounts.now();
    return new Activity(
        List.copyOf(recent),
        buckets,
        calls.lastHour(minute),
        failures.lastHour(minute),
        List.copyOf(deaths));
  }
}
