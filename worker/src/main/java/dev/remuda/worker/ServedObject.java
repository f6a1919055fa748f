package dev.remuda.worker;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The user's object in this worker, made and set up once, on the main thread. */
final class ServedObject {
  private final Class<?> implementation;
  private final Dispatch dispatch;
  private @Nullable Object target;
  private boolean ready;

  ServedObject(Class<?> implementation, @Nullable Class<?> contract) {
    this.implementation = implementation;
    this.dispatch = Dispatch.of(implementation, contract);
  }

  /** True when a released checkout has something to run. */
  boolean hasCheckoutDone() {
    return WorkerHooks.class.isAssignableFrom(implementation);
  }

  /** Makes the object and runs its setup hook, unless that has succeeded before. */
  void setup() throws SetupException {
    if (ready) {
      return;
    }
    try {
      Object object = instantiate();
      if (object instanceof WorkerHooks hooks) {
        hooks.setup();
      }
      target = object;
      ready = true;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      throw new SetupException(e);
    }
  }

  @Nullable Object call(List<@Nullable Object> arguments) throws Throwable {
    setup();
    return dispatch.call(java.util.Objects.requireNonNull(target), arguments);
  }

  void checkoutDone() throws Exception {
    if (target instanceof WorkerHooks hooks) {
      hooks.checkoutDone();
    }
  }

  void teardown() throws Exception {
    if (target instanceof WorkerHooks hooks) {
      hooks.teardown();
    }
  }

  /** Runs the hook on an object of its own, which is made only where the class has the hook. */
  void train() throws Throwable {
    if (WorkerHooks.class.isAssignableFrom(implementation)
        && implementation.getMethod("train").getDeclaringClass() != WorkerHooks.class) {
      ((WorkerHooks) instantiate()).train();
    }
  }

  private Object instantiate() throws Throwable {
    Constructor<?> constructor = implementation.getDeclaredConstructor();
    constructor.setAccessible(true);
    try {
      return constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Setup failed; its text is what callers are told. */
  static final class SetupException extends Exception {
    private static final long serialVersionUID = 1L;

    SetupException(Throwable cause) {
      super("setup exception: " + Failures.text(cause), cause);
    }
  }
}
