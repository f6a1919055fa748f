package dev.remuda.client;

import dev.remuda.protocol.WireType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One call from the moment it was made; its times belong to the loop. */
final class PendingCall {
  /** Its name, for messages. */
  final String method;

  /** As they stand on the wire. */
  final byte[] arguments;

  /** What the result becomes, or null to give it as it came. */
  final @Nullable WireType result;

  /** True when its caller blocks: then no user code hangs on the future. */
  final boolean blocking;

  final CallFuture future = new CallFuture();
  final CallSite site = new CallSite();
  final long issuedNanos = System.nanoTime();

  /** The checkout it was made on, once the loop has it. */
  @Nullable Claim claim;

  long clockNanos = issuedNanos;
  long sentNanos;

  PendingCall(String method, byte[] arguments, @Nullable WireType result, boolean blocking) {
    this.method = method;
    this.arguments = arguments;
    this.result = result;
    this.blocking = blocking;
  }

  Duration queued(long now) {
    return Duration.ofNanos((sentNanos == 0 ? now : sentNanos) - clockNanos);
  }

  Duration running(long now) {
    return sentNanos == 0 ? Duration.ZERO : Duration.ofNanos(now - sentNanos);
  }
}
