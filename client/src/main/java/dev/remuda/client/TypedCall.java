package dev.remuda.client;

import org.jspecify.annotations.Nullable;

/**
 * One call on an interface, written as a lambda: {@code p -> p.hash("secret")}. It runs at once, on
 * the thread that gives it, on a stand-in that takes down which method was called with what.
 *
 * @param <T> the interface
 * @param <R> the method's result
 */
@FunctionalInterface
public interface TypedCall<T, R extends @Nullable Object> {
  /** Makes exactly one call on {@code target}; the value it gives here means nothing. */
  R on(T target) throws Exception;
}
