package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.3–C.5 An error in a frame")
class FrameErrorsTest {
  private static final FrameLocal<String> USER = FrameLocal.named("user");
  private final List<String> heard = new ArrayList<>();
  private int wrappedAt;

  private FrameHandler hears(String who) {
    return (error, trace) -> heard.add(who + ": " + error.getMessage());
  }

  private static void fail(String why) {
    throw new IllegalStateException(why);
  }

  private static List<String> names(FrameTrace trace) {
    return trace.frames().stream().map(StackTraceElement::getClassName).toList();
  }

  @Test
  @DisplayName("C.3 goes to the nearest handler, innermost first, and to no other")
  void nearest() {
    Runnable[] callback = new Runnable[1];
    Frame.of("outer")
        .onError(hears("outer"))
        .run(() ->
            Frame.of("middle")
                .onError(hears("middle"))
                .run(() -> Frame.of("inner").run(() -> callback[0] = Frame.wrap(() -> fail("x")))));
    callback[0].run();
    assertThat(heard).containsExactly("middle: x");
  }

  @Test
  @DisplayName("C.3 a handler that throws passes its own outward, with the first one and its trace")
  void rethrown() {
    var traces = new ArrayList<FrameTrace>();
    var errors = new ArrayList<Throwable>();
    Runnable[] callback = new Runnable[1];
    Frame.of("outer")
        .onError((error, trace) -> {
          errors.add(error);
          traces.add(trace);
        })
        .run(() ->
            Frame.of("middle")
                .onError((error, trace) -> {
                  errors.add(error);
                  traces.add(trace);
                  throw new java.io.IOException("second");
                })
                .run(() -> callback[0] = Frame.of("inner").wrap(() -> fail("first"))));
    callback[0].run();
    assertThat(errors).hasSize(2);
    assertThat(errors.get(1)).hasMessage("second");
    assertThat(errors.get(1).getSuppressed()).containsExactly(errors.get(0));
    assertThat(traces.get(1)).isSameAs(traces.get(0));
    assertThat(FrameTrace.of(errors.get(1))).containsSame(traces.get(0));
    assertThat(names(traces.get(0)))
        .satisfiesExactly(
            first -> assertThat(first).startsWith("frame 'inner' in "),
            second -> assertThat(second).startsWith("frame 'middle' in "),
            third -> assertThat(third).startsWith("frame 'outer' in "));
  }

  @Test
  @DisplayName("C.3 a handler that throws what it got, or what that caused, adds it to nothing")
  void thrownOn() {
    Runnable[] callback = new Runnable[1];
    Frame.of("outer")
        .onError((error, trace) -> {
          throw new IllegalArgumentException("third", error);
        })
        .run(() ->
            Frame.of("inner")
                .onError((error, trace) -> {
                  throw (RuntimeException) error;
                })
                .run(() -> callback[0] = Frame.wrap(() -> fail("first"))));
    assertThatThrownBy(callback[0]::run)
        .hasMessage("third")
        .hasNoSuppressedExceptions()
        .hasRootCauseMessage("first")
        .satisfies(e -> assertThat(e.getCause().getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(FrameTrace.of(e)).isPresent());
  }

  @Test
  @DisplayName("C.3 without a handler it is thrown to whoever ran the callback, with its trace")
  void unhandled() {
    Runnable[] callback = new Runnable[1];
    Frame.of("request").run(() -> callback[0] = Frame.wrap(() -> fail("x")));
    assertThatThrownBy(callback[0]::run)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("x")
        .satisfies(e ->
            assertThat(names(FrameTrace.of(e).orElseThrow()))
                .satisfiesExactly(
                    first -> assertThat(first).startsWith("ANONYMOUS FRAME in "),
                    second -> assertThat(second).startsWith("frame 'request' in ")));
  }

  @Test
  @DisplayName("C.3 where a value is owed and a handler took the error, there is no value")
  void noValue() {
    var source = new CompletableFuture<String>();
    var made = new ArrayList<CompletableFuture<Integer>>();
    Frame.of("request")
        .onError(hears("request"))
        .run(() -> made.add(source.thenApply(Frame.wrap((String x) -> Integer.parseInt(x)))));
    source.complete("no number");
    assertThat(heard).hasSize(1);
    assertThat(heard.getFirst()).contains("no number");
    assertThatThrownBy(made.getFirst()::join)
        .hasCauseInstanceOf(HandledException.class)
        .hasRootCauseInstanceOf(NumberFormatException.class);
  }

  @Test
  @DisplayName("C.3 an error that a handler took is heard by no second one")
  void handledOnce() {
    Frame.of("outer")
        .onError(hears("outer"))
        .run(() -> {
          Supplier<String> inner =
              Frame.of("inner")
                  .onError(hears("inner"))
                  .wrap(
                      (Supplier<String>)
                          () -> {
                            throw new IllegalStateException("x");
                          });
          assertThatThrownBy(inner::get).isInstanceOf(HandledException.class);
          assertThatThrownBy(() -> Frame.of("again").onError(hears("again")).call(inner::get))
              .isInstanceOf(HandledException.class);
        });
    assertThat(heard).containsExactly("inner: x", "inner: x");
  }

  @Test
  @DisplayName("C.3 nor by the one of whoever waits for the future that has no value")
  void handledBehindAFuture() {
    Frame.of("request")
        .onError(hears("request"))
        .run(() -> {
          var number =
              CompletableFuture.completedFuture("no number")
                  .thenApply(Frame.function(text -> Integer.parseInt(text)));
          Runnable joins = Frame.runnable(number::join);
          assertThatThrownBy(joins::run).hasCauseInstanceOf(HandledException.class);
          FrameBuilder waits = Frame.of("waits").onError(hears("waits"));
          assertThatThrownBy(() -> waits.call(() -> number.get()))
              .hasCauseInstanceOf(HandledException.class);
        });
    assertThat(heard).hasSize(1);
  }

  @Test
  @DisplayName("C.3 code that is run in a frame throws to its caller, as a block with catch does")
  void block() {
    Frame.of("outer")
        .onError(hears("outer"))
        .run(() -> {
          assertThatThrownBy(() -> Frame.of("inner").run(() -> fail("one"))).hasMessage("one");
          Frame.of("caught").onError(hears("caught")).run(() -> fail("two"));
          Frame.of("inner").run(() -> fail("three"));
        });
    assertThat(heard).containsExactly("caught: two", "outer: three");
  }

  @Test
  @DisplayName("C.4 the trace lists the frames, each with its name and the line where it was made")
  void trace() {
    var traces = new ArrayList<FrameTrace>();
    var callbacks = new ArrayList<Runnable>();
    FrameBuilder request = Frame.of("request").onError((error, trace) -> traces.add(trace));
    int requested = line() + 1;
    request.run(() -> callbacks.add(wrapped()));
    callbacks.getFirst().run();
    assertThat(traces.getFirst().frames())
        .extracting(StackTraceElement::toString)
        .containsExactly(
            made("ANONYMOUS FRAME", "wrapped", wrappedAt),
            made("frame 'request'", "trace", requested));
  }

  private static String made(String frame, String method, int line) {
    String place = FrameErrorsTest.class.getName() + '.' + method;
    return frame + " in " + place + "(FrameErrorsTest.java:" + line + ')';
  }

  private Runnable wrapped() {
    wrappedAt = line() + 1;
    return Frame.runnable(() -> fail("x"));
  }

  /** The line of its caller. */
  private static int line() {
    return StackWalker.getInstance().walk(s -> s.skip(1).findFirst().orElseThrow()).getLineNumber();
  }

  private static final class Named implements Runnable {
    @Override
    public void run() {
      fail("named");
    }
  }

  @Test
  @DisplayName("C.4 a callback of a class with a name is made where it is wrapped, each time anew")
  void namedClass() {
    Runnable here = Frame.wrap(new Named());
    int line = line() - 1;
    Runnable there = Frame.wrap(new Named());
    assertThat(((Framed) here).frame().place().orElseThrow().getLineNumber()).isEqualTo(line);
    assertThat(((Framed) there).frame().place().orElseThrow().getLineNumber()).isEqualTo(line + 2);
  }

  @Test
  @DisplayName("C.4 a printed error shows its frames")
  void printed() {
    Runnable callback = Frame.of("pay\u001b[31m\n").wrap(() -> fail("x"));
    assertThatThrownBy(callback::run)
        .satisfies(e -> {
          var text = new StringWriter();
          e.printStackTrace(new PrintWriter(text, true));
          assertThat(text.toString())
              .contains("Suppressed: the frames it came up in")
              .contains("at frame 'pay\\u001b[31m\\n' in " + FrameErrorsTest.class.getName());
        });
  }

  @Test
  @DisplayName("C.5 no handler sees the bindings of its own frame, nor of those within it")
  void handlersSeeNone() {
    Runnable[] callback = new Runnable[1];
    Frame.of("root")
        .local(USER, "root")
        .run(() ->
            Frame.of("outer")
                .local(USER, "outer")
                .onError((error, trace) -> heard.add("outer sees " + USER.get().orElse("nobody")))
                .run(() ->
                    Frame.of("inner")
                        .local(USER, "inner")
                        .run(() -> callback[0] = Frame.wrap(() -> fail("x")))));
    callback[0].run();
    assertThat(heard).containsExactly("outer sees root");
  }

  @Test
  @DisplayName("C.5 what a handler begins is outside of its frame, so it never hears itself")
  void handlerBegins() {
    var begun = new ArrayList<Runnable>();
    Runnable[] callback = new Runnable[1];
    Frame.of("outer")
        .onError(hears("outer"))
        .run(() ->
            Frame.of("inner")
                .onError((error, trace) -> begun.add(Frame.wrap(() -> fail("in the clearing up"))))
                .run(() -> callback[0] = Frame.wrap(() -> fail("x"))));
    callback[0].run();
    begun.getFirst().run();
    assertThat(heard).containsExactly("outer: in the clearing up");
  }

  @Test
  @DisplayName("C.3 running out of memory is nobody's to handle")
  void fatal() {
    Runnable callback =
        Frame.of("x")
            .onError(hears("x"))
            .wrap(
                (Runnable)
                    () -> {
                      throw new OutOfMemoryError("no more");
                    });
    assertThatThrownBy(callback::run).isInstanceOf(OutOfMemoryError.class);
    assertThat(heard).isEmpty();
  }

  /** An error that can hold no suppressed ones, as those that are kept for reuse. */
  private static final class Bare extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Bare() {
      super("bare", null, false, false);
    }
  }

  @Test
  @DisplayName(
      "C.4 an error that takes no suppressed ones has its trace in the handler all the same")
  void bare() {
    var traces = new ArrayList<FrameTrace>();
    Frame.of("x")
        .onError((error, trace) -> traces.add(trace))
        .run(() -> {
          throw new Bare();
        });
    assertThat(traces.getFirst().frames()).hasSize(1);
  }

  @Test
  @DisplayName("C.4 an error that is thrown again and again keeps one trace")
  void again() {
    var reused = new IllegalStateException("reused");
    for (int i = 0; i < 1_000; i++) {
      assertThatThrownBy(() ->
              Frame.of("x")
                  .run(() -> {
                    throw reused;
                  }))
          .isSameAs(reused);
    }
    assertThat(reused.getSuppressed()).hasSize(1);
  }
}
