package dev.remuda.client;

import dev.remuda.context.Frame;
import dev.remuda.protocol.WireType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** One call from the moment it was made; its times and its claim belong to the loop. */
final class PendingCall {
  /** What is called, and how. */
  final Request request;

  /** When it was made, by {@link Loop#nanoTime}. */
  final long issuedNanos;

  /** When its caller's own deadline ends, or {@link Claim#NEVER}. */
  final long inheritedNanos;

  final CallFuture future = new CallFuture();
  final CallContext context;
  final CallSite site;

  /** The checkout it was made on, once the loop has it. */
  @Nullable Claim claim;

  /** Since when its deadline runs: made, or the one before it answered. */
  long clockNanos;

  /** Since when it waits for a worker. */
  long waitingNanos;

  /** When it was written; 0 before. */
  long sentNanos;

  /** Whether some of what comes before its result has come. */
  boolean progressed;

  private @Nullable String fingerprint;

  PendingCall(Request request, long issuedNanos, long inheritedNanos, CallContext context) {
    this.request = request;
    this.context = context;
    this.site = new CallSite(context.frame(), context.frameName(), request.blocking);
    this.issuedNanos = issuedNanos;
    this.inheritedNanos = inheritedNanos;
    this.clockNanos = issuedNanos;
    this.waitingNanos = issuedNanos;
  }

  /**
   * What a call is, whenever it is made.
   *
   * @param method its name, for messages
   * @param arguments as they stand on the wire
   * @param result what the result becomes, or null to give it as it came
   * @param blocking whether its caller blocks: then no user code hangs on the future
   * @param idempotent whether it may run twice
   * @param progress takes what comes before the result, or null where nothing is wanted
   */
  @SuppressWarnings("ArrayRecordComponent") // two calls are never compared
  record Request(
      String method,
      byte[] arguments,
      @Nullable WireType result,
      boolean blocking,
      boolean idempotent,
      @Nullable Progress progress) {}

  /** Takes the values that come before a call's result; on the loop. */
  interface Progress {
    /** How many values may come before one is taken. */
    int window();

    /** Throws what {@link WireType#read} does when a value does not fit. */
    void value(@Nullable Object wire);

    /** No value follows; {@code failure} is null after a result. */
    void end(@Nullable TaskException failure);
  }

  String method() {
    return request.method;
  }

  /** When its answer began to be owed: sent, with all those before it answered. */
  long startedNanos() {
    return Math.max(sentNanos, clockNanos);
  }

  Duration queued(long now) {
    return Duration.ofNanos((sentNanos == 0 ? now : startedNanos()) - clockNanos);
  }

  Duration running(long now) {
    return sentNanos == 0 ? Duration.ZERO : Duration.ofNanos(now - startedNanos());
  }

  /** It is made, after all; each of those will be completed or fail. */
  void begin() {
    CallLog log = context.log();
    if (log != null) {
      log.begin();
    }
  }

  /** The result is there: logged, then told. */
  void complete(@Nullable Object result) {
    try {
      endLog(null);
    } finally {
      future.complete(result);
    }
  }

  /**
   * The call has failed: logged, then told, first to the handler that was in force where it was
   * made. A caller that blocks there hears it by what is thrown.
   */
  void fail(TaskException reason) {
    try {
      endLog(reason);
      if (context.frame() != null && !request.blocking && !future.isDone()) {
        tellHandler(reason);
      }
    } finally {
      future.completeExceptionally(reason);
    }
  }

  private void tellHandler(TaskException reason) {
    Frame frame = site.frame().orElse(null);
    if (frame != null && frame.hasHandler()) {
      frame.in(() -> {
        throw reason;
      });
    }
  }

  private void endLog(@Nullable TaskException failure) {
    CallLog log = context.log();
    if (log != null) {
      log.end(failure);
    }
  }

  /** SHA-256 of method and arguments, as 64 hexadecimal digits. */
  String fingerprint() {
    if (fingerprint == null) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(request.method.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        fingerprint = HexFormat.of().formatHex(digest.digest(request.arguments));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e); // every JDK has it
      }
    }
    return fingerprint;
  }
}
