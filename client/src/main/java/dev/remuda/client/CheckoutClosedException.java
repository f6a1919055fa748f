package dev.remuda.client;

/** A call on a checkout that was released, or on a client or pool that was closed. */
public final class CheckoutClosedException extends TaskException {
  private static final long serialVersionUID = 1L;

  CheckoutClosedException(String method, String what, CallSite site) {
    super(method + " was not called: " + what, site, null);
  }
}
