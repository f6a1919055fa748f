package dev.remuda.context;

import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A callback with the frame that it runs in. */
sealed interface Framed {
  Frame frame();

  record OfRunnable(Frame frame, Runnable code) implements Framed, Runnable {
    @Override
    public void run() {
      frame.enter(code);
    }
  }

  record OfSupplier<R extends @Nullable Object>(Frame frame, Supplier<R> code)
      implements Framed, Supplier<R> {
    @Override
    public R get() {
      return frame.ask(code::get);
    }
  }

  record OfFunction<T extends @Nullable Object, R extends @Nullable Object>(
      Frame frame, Function<T, R> code) implements Framed, Function<T, R> {
    @Override
    public R apply(T value) {
      return frame.ask(() -> code.apply(value));
    }
  }

  record OfConsumer<T extends @Nullable Object>(Frame frame, Consumer<T> code)
      implements Framed, Consumer<T> {
    @Override
    public void accept(T value) {
      frame.enter(() -> code.accept(value));
    }
  }

  record OfBiConsumer<T extends @Nullable Object, U extends @Nullable Object>(
      Frame frame, BiConsumer<T, U> code) implements Framed, BiConsumer<T, U> {
    @Override
    public void accept(T first, U second) {
      frame.enter(() -> code.accept(first, second));
    }
  }

  record OfBiFunction<
          T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>(
      Frame frame, BiFunction<T, U, R> code) implements Framed, BiFunction<T, U, R> {
    @Override
    public R apply(T first, U second) {
      return frame.ask(() -> code.apply(first, second));
    }
  }
}
