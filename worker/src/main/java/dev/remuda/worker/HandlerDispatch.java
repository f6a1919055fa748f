package dev.remuda.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands every call to the one {@link TaskHandler}. */
final class HandlerDispatch implements Dispatch {
  @Override
  public @Nullable Object call(Object target, List<@Nullable Object> arguments) throws Exception {
    return ((TaskHandler) target).handle(new Arguments(arguments));
  }
}
