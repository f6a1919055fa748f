package dev.remuda.client;

import dev.remuda.context.Frame;
import dev.remuda.context.FrameTrace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of all that can go wrong with a call. Its stack is that of the place where the call was
 * made, for asynchronous calls too, and behind it the chain of {@linkplain Frame frames} that the
 * call was made in.
 */
public abstract sealed class TaskException extends RuntimeException implements FrameTrace.Carrier
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

  private final transient @Nullable FrameTrace frames;

  TaskException(String message, CallSite site, @Nullable Throwable cause) {
    super(message, cause);
    setStackTrace(site.users());
    frames = site.frameTrace().orElse(null);
  }

  /** The frames that the call was made in, its own first; nothing where there was none. */
  @Override
  public final Optional<FrameTrace> frameTrace() {
    return Optional.ofNullable(frames);
  }
}
