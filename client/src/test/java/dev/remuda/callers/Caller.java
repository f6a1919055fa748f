package dev.remuda.callers;

import dev.remuda.client.Calls;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A user's code, in a package of its own, so that stacks show what a user sees. */
public final class Caller {
  private Caller() {}

  /** A call by name. */
  public static CompletableFuture<@Nullable Object> calls(Calls<?> client, String method) {
    return client.call(method);
  }

  /** The top of a stack is this class, at {@code method}. */
  public static boolean isAt(StackTraceElement[] stack, String method) {
    return stack[0].getClassName().equals(Caller.class.getName())
        && stack[0].getMethodName().equals(method);
  }

  /** An interface to call. */
  public interface Task {
    /** Whatever it is. */
    long run();
  }

  /** A call that blocks. */
  public static long runs(Calls<Task> client) {
    return client.sync().run();
  }

  /** A call by a lambda. */
  public static CompletableFuture<Long> asks(Calls<Task> client) {
    return client.async(Task::run);
  }
}
