package dev.remuda.client;

import dev.remuda.protocol.Failure;
import dev.remuda.protocol.Message;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The worker's code threw; the worker lives on. The cause is what was thrown there. */
public final class CallFailedException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final String method;
  private final transient @Nullable Object error;

  CallFailedException(String method, String worker, Message.Er reply, CallSite site) {
    super(method + " failed in " + worker + ": " + reply.error(), site, remote(reply, site));
    this.method = method;
    this.error = reply.error();
  }

  @SuppressWarnings("NullAway") // a throwable may have no cause
  private static RemoteException remote(Message.Er reply, CallSite site) {
    Failure failure = reply.meta().failure();
    return failure == null ? null : new RemoteException(failure, site);
  }

  /** The method that was called. */
  public String method() {
    return method;
  }

  /** The error as it came: a string from our workers, any value from others. */
  public @Nullable Object error() {
    return error;
  }

  /** What was thrown in the worker, where the peer could say so. */
  public Optional<RemoteException> remote() {
    return getCause() instanceof RemoteException remote ? Optional.of(remote) : Optional.empty();
  }
}
