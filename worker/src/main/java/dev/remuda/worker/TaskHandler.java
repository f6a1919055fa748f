package dev.remuda.worker;

import org.jspecify.annotations.Nullable;

/** The general form of what a worker serves: one function of all the arguments of a call. */
@FunctionalInterface
public interface TaskHandler {
  /**
   * Answers one call, on the worker's main thread.
   *
   * @return what the caller gets; of a kind that can travel
   * @throws Exception to fail the call; the worker lives on, except after a {@link
   *     VirtualMachineError}
   */
  @Nullable Object handle(Arguments arguments) throws Exception;
}
