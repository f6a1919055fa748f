package dev.remuda.client;

import dev.remuda.protocol.Failure;
import dev.remuda.protocol.Message;

/** The worker could not set itself up, so the call did not run; the next one tries again. */
public final class SetupFailedException extends TaskException {
  /** How the base protocol's error text begins. */
  static final String PREFIX = "setup exception: ";

  private static final long serialVersionUID = 1L;

  SetupFailedException(String method, String worker, Message.Er reply, CallSite site) {
    super(
        method + " was not called in " + worker + ": " + reply.error(), site, remote(reply, site));
  }

  @SuppressWarnings("NullAway") // a throwable may have no cause
  private static RemoteException remote(Message.Er reply, CallSite site) {
    Failure failure = reply.meta().failure();
    return failure == null ? null : new RemoteException(failure, site);
  }
}
