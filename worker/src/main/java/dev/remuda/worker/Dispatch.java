package dev.remuda.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what a call means in the served object and runs it. */
sealed interface Dispatch permits MethodDispatch, HandlerDispatch {
  /**
   * Runs one call on the current thread.
   *
   * @throws BadCallException when the arguments name no method or do not fit it
   * @throws Throwable what the served code threw
   */
  @Nullable Object call(Object target, List<@Nullable Object> arguments) throws Throwable;

  /** The dispatch for what is served: an interface, a class, or a {@link TaskHandler}. */
  static Dispatch of(Class<?> implementation, @Nullable Class<?> contract) {
    if (contract == null && TaskHandler.class.isAssignableFrom(implementation)) {
      return new HandlerDispatch();
    }
    return new MethodDispatch(implementation, contract == null ? implementation : contract);
  }
}
