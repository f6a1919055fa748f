package dev.remuda.client;

import dev.remuda.protocol.Failure;
import java.util.ArrayList;
import java.util.Collections;

/**
 * What was thrown in a worker, shown with its class name and stack there; the class itself is never
 * loaded here.
 */
public final class RemoteException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String className;

  RemoteException(Failure failure) {
    super(failure.message(), cause(failure));
    this.className = failure.className();
    setStackTrace(failure.frames().toArray(StackTraceElement[]::new));
    failure.suppressed().forEach(each -> addSuppressed(new RemoteException(each)));
  }

  /** Where the call was made in frames its stack leads on to that place, and to the frames. */
  RemoteException(Failure failure, CallSite site) {
    this(failure);
    if (site.frame().isPresent()) {
      var whole = new ArrayList<>(failure.frames());
      Collections.addAll(whole, site.users());
      setStackTrace(whole.toArray(StackTraceElement[]::new));
    }
  }

  @SuppressWarnings("NullAway") // a throwable may have no cause
  private static RemoteException cause(Failure failure) {
    return failure.cause() == null ? null : new RemoteException(failure.cause());
  }

  /** The name of the class that was thrown in the worker. */
  public String className() {
    return className;
  }

  /** As the original would print itself. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // it stands for an exception of another class
  public String toString() {
    return getMessage() == null ? className : className + ": " + getMessage();
  }
}
