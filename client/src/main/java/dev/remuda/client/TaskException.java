package dev.remuda.client;

import org.jspecify.annotations.Nullable;

/**
 * The root of all that can go wrong with a call. Its stack is that of the place where the call was
 * made, for asynchronous calls too.
 */
public abstract sealed class TaskException extends RuntimeException
    permits CallCancelledException,
        CallFailedException,
        CallSkippedException,
        CallTimeoutException,
        CheckoutClosedException,
        ConnectException,
        PoisonedCallException,
        ProtocolException,
        QueueFullException,
        QueueTimeoutException,
        SetupFailedException,
        WorkerDiedException {
  private static final long serialVersionUID = 1L;

  TaskException(String message, CallSite site, @Nullable Throwable cause) {
    super(message, cause);
    setStackTrace(site.users());
  }
}
