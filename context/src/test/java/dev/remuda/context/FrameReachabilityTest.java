package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.8 No frame outlives its callbacks")
class FrameReachabilityTest {
  private static final FrameLocal<Object> BOUND = FrameLocal.named("bound");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);

  private final ReferenceQueue<Frame> gone = new ReferenceQueue<>();
  private final List<Reference<Frame>> references = new ArrayList<>();
  private final List<Runnable> callbacks = new ArrayList<>();

  /** A callback that binds a new value, and leaves the next such one behind. */
  private Runnable rebinding(List<WeakReference<Object>> values) {
    return Frame.runnable(() -> {
      var value = new Object();
      values.add(new WeakReference<>(value));
      Frame.of("step")
          .local(BOUND, value)
          .run(() ->
              TaskLog.builder()
                  .open()
                  .during(() -> {
                    callbacks.add(rebinding(values));
                    return null;
                  }));
    });
  }

  @Test
  @DisplayName("C.8 a value that is shadowed for good is held no more, however long the chain")
  void shadowed() {
    var values = new ArrayList<WeakReference<Object>>();
    callbacks.add(rebinding(values));
    for (int i = 0; i < 1_000; i++) {
      callbacks.removeFirst().run();
    }
    await()
        .atMost(Duration.ofNanos(PATIENCE_NANOS))
        .until(() -> {
          System.gc();
          return values.stream().filter(value -> value.get() != null).count() <= 2 * Frame.KEPT;
        });
    assertThat(values.getLast().get()).isNotNull();
    assertThat(callbacks).hasSize(1);
  }

  private void track() {
    references.add(new PhantomReference<>(Frame.current().orElseThrow(), gone));
  }

  @Test
  @DisplayName("C.8 0 frames are reachable once the last callback is dropped, errors included")
  void unreachable() throws InterruptedException {
    var errors = new ArrayList<Throwable>();
    Frame.of("outer")
        .local(BOUND, new Object())
        .onError((error, trace) -> errors.add(error))
        .run(() -> {
          track();
          for (int i = 0; i < 100; i++) {
            Frame.of("inner")
                .run(() -> {
                  track();
                  callbacks.add(
                      Frame.runnable(() -> {
                        track();
                        throw new IllegalStateException("x");
                      }));
                });
          }
        });
    callbacks.forEach(Runnable::run);
    assertThat(references).hasSize(201);
    System.gc();
    assertThat(gone.poll()).as("held by callbacks").isNull();
    callbacks.clear();
    int found = 0;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (found < references.size() && System.nanoTime() < end) {
      System.gc();
      while (gone.remove(20) != null) {
        found++;
      }
    }
    assertThat(found).isEqualTo(references.size());
    assertThat(errors).hasSize(100); // what a frame leaves behind holds none
  }
}
