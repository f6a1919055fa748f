package dev.remuda.client;

import org.jspecify.annotations.Nullable;

/** A worker sent what is no message, is past a limit, or does not fit the method's result type. */
public final class ProtocolException extends TaskException {
  private static final long serialVersionUID = 1L;

  ProtocolException(String method, String worker, @Nullable Throwable what, CallSite site) {
    super(method + " in " + worker + ": " + (what == null ? "" : what.getMessage()), site, what);
  }
}
