package dev.remuda.client;

/**
 * One call on an interface whose result does not matter: {@code l -> l.begin()}.
 *
 * @param <T> the interface
 */
@FunctionalInterface
public interface TypedAction<T> {
  /** Makes exactly one call on {@code target}. */
  void on(T target) throws Exception;
}
