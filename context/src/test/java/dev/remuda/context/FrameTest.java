package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.1–C.7 A frame")
class FrameTest {
  private static final FrameLocal<String> USER = FrameLocal.named("user");
  private static final FrameLocal<String> ORDER = FrameLocal.named("order");

  private static List<String> names() {
    var names = new ArrayList<String>();
    for (var frame = Frame.current(); frame.isPresent(); frame = frame.get().parent()) {
      names.add(frame.get().name());
    }
    return names;
  }

  @Test
  @DisplayName("C.1 has a name, a parent and bindings, and is the current one inside only")
  void inside() {
    var seen = new ArrayList<Object>();
    assertThat(Frame.current()).isEmpty();
    Frame.of("request")
        .local(USER, "alice")
        .run(() ->
            Frame.of("query")
                .run(() -> {
                  seen.addAll(names());
                  seen.add(USER.get());
                  seen.add(ORDER.get());
                }));
    assertThat(seen).containsExactly("query", "request", Optional.of("alice"), Optional.empty());
    assertThat(Frame.current()).isEmpty();
    assertThat(USER.get()).isEmpty();
  }

  @Test
  @DisplayName("C.1 gives the value of code that it is asked to call, and its checked exception")
  void call() {
    assertThat(Frame.of("sum").call(() -> 1 + 1)).isEqualTo(2);
    assertThatThrownBy(() ->
            Frame.of("sum")
                .call(() -> {
                  throw new java.io.IOException("disk");
                }))
        .isInstanceOf(java.io.IOException.class);
  }

  @Test
  @DisplayName("C.2 a wrapped callback runs in a child of the frame where it was wrapped")
  void wrapped() throws Exception {
    Runnable[] later = new Runnable[1];
    var seen = new ArrayList<Object>();
    Frame.of("made")
        .local(USER, "alice")
        .run(() ->
            later[0] =
                Frame.wrap(() -> {
                  seen.addAll(names());
                  seen.add(USER.get());
                }));
    Thread.ofVirtual().start(later[0]).join();
    assertThat(seen).containsExactly(Frame.ANONYMOUS, "made", Optional.of("alice"));
    seen.clear();
    Frame.of("ran").local(USER, "bob").run(later[0]);
    assertThat(seen).containsExactly(Frame.ANONYMOUS, "made", Optional.of("alice"));
  }

  @Test
  @DisplayName("C.2 every kind of callback can be wrapped, and keeps its values")
  void kinds() {
    var seen = new ArrayList<Object>();
    Runnable runnable;
    Supplier<String> supplier;
    Function<String, String> function;
    Consumer<String> consumer;
    BiConsumer<String, Integer> biConsumer;
    BiFunction<String, Integer, String> biFunction;
    var made = Frame.of("made").make();
    var all = new Object[6];
    made.in(() -> {
      all[0] = Frame.runnable(() -> seen.addAll(names()));
      all[1] = Frame.wrap((Supplier<String>) () -> "s" + names());
      all[2] = Frame.function((String x) -> x + names());
      all[3] = Frame.consumer((String x) -> seen.add(x + names()));
      all[4] =
          Frame.wrap((String x, Integer y) -> {
            seen.add(x + y + names());
          });
      all[5] = Frame.biFunction((String x, Integer y) -> x + y + names());
    });
    runnable = (Runnable) all[0];
    supplier = cast(all[1]);
    function = cast(all[2]);
    consumer = cast(all[3]);
    biConsumer = cast(all[4]);
    biFunction = cast(all[5]);
    String chain = "[ANONYMOUS FRAME, made]";
    runnable.run();
    consumer.accept("c");
    biConsumer.accept("b", 2);
    assertThat(seen).containsExactly("ANONYMOUS FRAME", "made", "c" + chain, "b2" + chain);
    assertThat(supplier.get()).isEqualTo("s" + chain);
    assertThat(function.apply("f")).isEqualTo("f" + chain);
    assertThat(biFunction.apply("x", 1)).isEqualTo("x1" + chain);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // each variable has the type
  private static <T> T cast(Object wrapped) {
    return (T) wrapped;
  }

  @Test
  @DisplayName("C.5 each frame has its own binding, which shadows outer ones and ends with it")
  void locals() {
    var seen = new ArrayList<Optional<String>>();
    Frame.of("outer")
        .local(USER, "alice")
        .run(() -> {
          assertThatThrownBy(() ->
                  Frame.of("inner")
                      .local(USER, "bob")
                      .local(ORDER, "first")
                      .local(ORDER, "second")
                      .run(() -> {
                        seen.add(USER.get());
                        seen.add(ORDER.get());
                        throw new IllegalStateException("no");
                      }))
              .isInstanceOf(IllegalStateException.class);
          seen.add(USER.get());
          seen.add(ORDER.get());
        });
    assertThat(seen)
        .containsExactly(
            Optional.of("bob"), Optional.of("second"), Optional.of("alice"), Optional.empty());
  }

  @Test
  @DisplayName("C.5 two keys of one name are two keys")
  void keys() {
    FrameLocal<String> other = FrameLocal.named("user");
    Frame.of("x").local(USER, "alice").run(() -> assertThat(other.get()).isEmpty());
    assertThat(other).hasToString("user");
  }

  @Test
  @DisplayName("C.6 code can be run in another callback's context, with its handler and bindings")
  void in() {
    var heard = new ArrayList<String>();
    Runnable[] callback = new Runnable[1];
    Frame.of("request")
        .local(USER, "alice")
        .onError((error, trace) -> heard.add(error.getMessage() + " for " + USER.get()))
        .run(() ->
            Frame.of("step")
                .onError((error, trace) -> heard.add(error.getMessage() + " of " + USER.get()))
                .run(() -> callback[0] = Frame.runnable(() -> heard.add("never"))));
    Frame.in(
        callback[0],
        () -> {
          heard.add("ran in " + names());
          throw new IllegalStateException("timed out");
        });
    assertThat(heard)
        .containsExactly("ran in [ANONYMOUS FRAME, step, request]", "timed out of Optional[alice]");
    assertThatThrownBy(() -> Frame.in("a text", () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no wrapped callback")
        .hasMessageContaining("a text");
  }

  @Test
  @DisplayName("C.6 detached code has no context")
  void detached() {
    var seen = new ArrayList<Object>();
    Frame.of("request")
        .local(USER, "alice")
        .onError((error, trace) -> seen.add("heard"))
        .run(() ->
            Frame.detached(() -> {
              seen.add(Frame.current());
              seen.add(USER.get());
              Runnable callback = Frame.wrap(() -> fail("alone"));
              assertThatThrownBy(callback::run).hasMessage("alone");
            }));
    assertThat(seen).containsExactly(Optional.empty(), Optional.empty());
  }

  @Test
  @DisplayName("C.6 wrapping twice is wrapping once")
  void twice() {
    Runnable once = Frame.wrap(() -> {});
    Supplier<String> supplier = Frame.wrap(() -> "x");
    Consumer<String> consumer = Frame.consumer(x -> {});
    assertThat(Frame.wrap(once)).isSameAs(once);
    assertThat(Frame.wrap(supplier)).isSameAs(supplier);
    assertThat(Frame.consumer(consumer)).isSameAs(consumer);
  }

  @Test
  @DisplayName("C.7 works over the stages of a future, executors and virtual threads")
  void crossing() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService pool = Executors.newSingleThreadExecutor()) {
      var source = new CompletableFuture<String>();
      var result = new AtomicReference<@Nullable CompletableFuture<String>>();
      Frame.of("request")
          .local(USER, "alice")
          .run(() ->
              result.set(
                  source
                      .thenApplyAsync(
                          Frame.function(x -> x + " " + USER.get().orElse("?")), threads)
                      .thenApplyAsync(x -> x + " " + USER.get().orElse("?"), Frame.executor(pool))
                      .whenComplete(
                          Frame.wrap((String x, Throwable e) ->
                              assertThat(USER.get()).contains("alice")))));
      // Given to the executor while its frame is not the present one: the frame of the thread
      // counts.
      Frame.of("other").local(USER, "bob").run(() -> source.complete("hello"));
      assertThat(result.get()).isNotNull();
      assertThat(result.get().get()).startsWith("hello alice ");
    }
  }

  @Test
  @DisplayName("C.7 an executor runs each task in a child of the frame that gives it")
  void executor() {
    Queue<Runnable> queue = new ArrayDeque<>();
    var framed = Frame.executor(queue::add);
    var seen = new ArrayList<String>();
    Frame.of("one").run(() -> framed.execute(() -> seen.addAll(names())));
    Frame.of("two").run(() -> framed.execute(() -> seen.addAll(names())));
    queue.forEach(Runnable::run);
    assertThat(seen).containsExactly("ANONYMOUS FRAME", "one", "ANONYMOUS FRAME", "two");
  }

  @Test
  @DisplayName("C.8 1,000,000 callbacks, each wrapped by the one before, are no longer chain")
  void noGrowth() {
    Queue<Runnable> loop = new ArrayDeque<>();
    var left = new AtomicLong(1_000_000);
    var error = new AtomicReference<@Nullable FrameTrace>();
    Frame.of("timer")
        .local(USER, "alice")
        .onError((e, trace) -> error.set(trace))
        .run(() -> loop.add(Frame.wrap(() -> step(loop, left))));
    int longest = 0;
    for (Runnable next = loop.poll(); next != null; next = loop.poll()) {
      longest = Math.max(longest, ((Framed) next).frame().frames().size());
      next.run();
    }
    assertThat(left).hasValue(0);
    assertThat(longest).isEqualTo(2 * Frame.KEPT);
    assertThat(error.get()).isNotNull();
    List<StackTraceElement> frames = error.get().frames();
    assertThat(frames.size()).isBetween(Frame.KEPT, 2 * Frame.KEPT + 2);
    assertThat(frames.getLast().toString()).matches("[0-9]{6} more frames.*not kept.*");
    long told = Long.parseLong(frames.getLast().getClassName().replace(" more frames", ""));
    assertThat(told + frames.size() - 1).isEqualTo(1_000_001 + 1);
  }

  private static void step(Queue<Runnable> loop, AtomicLong left) {
    if (left.decrementAndGet() > 0) {
      loop.add(Frame.wrap(() -> step(loop, left)));
    } else {
      assertThat(USER.get()).contains("alice");
      loop.add(Frame.wrap(() -> fail("at the end")));
    }
  }

  private static void fail(String why) {
    throw new IllegalStateException(why);
  }
}
