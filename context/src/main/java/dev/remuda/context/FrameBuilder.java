package dev.remuda.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A frame that is to be made, within the one that is present when it is. It may be used once or
 * often, by one thread at a time: each {@code run} or {@code wrap} makes a frame of its own.
 */
public final class FrameBuilder {
  private final String name;
  private @Nullable StackTraceElement place;
  private final List<Bound> bindings = new ArrayList<>(0);
  private @Nullable FrameHandler handler;

  FrameBuilder(String name) {
    this.name = name;
  }

  /** Binds a value that is seen in the frame and in all within it, until one binds another. */
  public <T> FrameBuilder local(FrameLocal<T> key, T value) {
    bindings.add(new Bound(Objects.requireNonNull(key), Objects.requireNonNull(value)));
    return this;
  }

  /** Hears what goes wrong in the frame and in all within it that no nearer handler took. */
  public FrameBuilder onError(FrameHandler hears) {
    handler = Objects.requireNonNull(hears);
    return this;
  }

  /** The source line that stands for it in traces, for those who make frames in others' names. */
  public FrameBuilder at(StackTraceElement made) {
    place = Objects.requireNonNull(made);
    return this;
  }

  /** The frame itself, for code that is still to be run {@linkplain Frame#in(Runnable) in it}. */
  public Frame make() {
    return frame(this);
  }

  /**
   * Runs {@code code} in the frame, on this thread. What it throws goes to the frame's own handler,
   * if it has one; otherwise, and when the handler throws, it is thrown to the caller, as by a
   * {@code try} with or without {@code catch}.
   */
  public void run(Runnable code) {
    Frame frame = frame(code);
    try {
      frame.call(() -> {
        code.run();
        return null;
      });
    } catch (Throwable e) {
      Failing.inBlock(frame, e, handler != null);
    }
  }

  /**
   * As {@link #run}, for code that gives a value.
   *
   * @throws HandledException when the frame's handler took what the code threw: there is no value
   */
  public <R extends @Nullable Object, X extends Throwable> R call(ScopedValue.CallableOp<R, X> code)
      throws X {
    Frame frame = frame(code);
    try {
      return frame.call(code);
    } catch (Throwable e) {
      Failing.inBlock(frame, e, handler != null);
      throw new HandledException(frame, e);
    }
  }

  /** A callback that runs in the frame. */
  public Runnable wrap(Runnable code) {
    return new Framed.OfRunnable(frame(code), code);
  }

  /** A callback that runs in the frame. */
  public <R extends @Nullable Object> Supplier<R> wrap(Supplier<R> code) {
    return new Framed.OfSupplier<>(frame(code), code);
  }

  /** A callback that runs in the frame. */
  public <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> wrap(
      Function<T, R> code) {
    return new Framed.OfFunction<>(frame(code), code);
  }

  /** A callback that runs in the frame. */
  @SuppressWarnings("overloads") // the types of a lambda's parameters tell them apart
  public <T extends @Nullable Object> Consumer<T> wrap(Consumer<T> code) {
    return new Framed.OfConsumer<>(frame(code), code);
  }

  /** A callback that runs in the frame. */
  public <T extends @Nullable Object, U extends @Nullable Object> BiConsumer<T, U> wrap(
      BiConsumer<T, U> code) {
    return new Framed.OfBiConsumer<>(frame(code), code);
  }

  private Frame frame(Object code) {
    Frame around = Frame.now();
    return around.child(
        name, place == null ? Places.of(code) : place, bindings(around), catcher(around));
  }

  private @Nullable Binding bindings(Frame around) {
    Binding all = around.bindings();
    for (Bound own : bindings) {
      all = Binding.of(own.key, own.value, all);
    }
    return all;
  }

  private Frame.@Nullable Catcher catcher(Frame around) {
    return handler == null
        ? around.catcher()
        : new Frame.Catcher(handler, around, around.catcher());
  }

  private record Bound(FrameLocal<?> key, Object value) {}
}
