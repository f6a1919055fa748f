package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
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
