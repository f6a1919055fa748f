package dev.remuda.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The second element of every message: where all extensions of the base protocol travel. Unknown
 * keys are kept and ignored; a known key with a value of the wrong shape counts as absent.
 *
 * @param entries the object as read, in its order
 */
public record Meta(Map<String, @Nullable Object> entries) {
  /** The protocol version that greetings carry. */
  static final long VERSION = 1;

  /** No extension at all. */
  public static final Meta EMPTY = new Meta(Collections.emptyMap());

  /** A client's greeting. */
  public static Meta of(ClientHello hello) {
    return EMPTY.with("c", hello.toWire());
  }

  /** A worker's greeting. */
  public static Meta of(WorkerHello hello) {
    return EMPTY.with("w", hello.toWire());
  }

  /** This and the worker's greeting. */
  public Meta and(WorkerHello hello) {
    return with("w", hello.toWire());
  }

  /** This and the details of a failure ({@code ex}). */
  public Meta and(Failure failure) {
    return with("ex", failure.toWire());
  }

  /** The client's greeting, where there is one. */
  public @Nullable ClientHello client() {
    return entries.get("c") instanceof Map<?, ?> wire ? ClientHello.fromWire(wire) : null;
  }

  /** The worker's greeting, where there is one. */
  public @Nullable WorkerHello worker() {
    return entries.get("w") instanceof Map<?, ?> wire ? WorkerHello.fromWire(wire) : null;
  }

  /** The details of a failure ({@code ex}), where there are any. */
  public @Nullable Failure failure() {
    return entries.get("ex") instanceof Map<?, ?> wire ? Failure.fromWire(wire) : null;
  }

  /** True on the reply to an abort. */
  public boolean aborted() {
    return entries.containsKey("ab");
  }

  /** The thread dump that came with the reply to an abort. */
  public @Nullable String dump() {
    return entries.get("dump") instanceof String dump ? dump : null;
  }

  /** This and the milliseconds left of the caller's deadline ({@code dl}). */
  public Meta andMillisLeft(long millis) {
    return with("dl", millis);
  }

  /** The milliseconds left of the caller's deadline ({@code dl}); -1 where there is none. */
  public long millisLeft() {
    return number("dl", -1);
  }

  /** This and the number of a pipelined call's batch ({@code b}). */
  public Meta andBatch(long batch) {
    return with("b", batch);
  }

  /** The number of a pipelined call's batch ({@code b}); 0 where none is said. */
  public long batch() {
    return number("b", 0);
  }

  /** This and the mark of a pipelined call that did not run ({@code sk}). */
  public Meta andSkipped() {
    return with("sk", 1L);
  }

  /** True on the reply to a pipelined call that did not run, since one before it failed. */
  public boolean skipped() {
    return entries.containsKey("sk");
  }

  /** This and how many progress values may be sent before one is taken ({@code pr}). */
  public Meta andWindow(long values) {
    return with("pr", values);
  }

  /** How many progress values may be sent before one is taken; 0 where none are wanted. */
  public long window() {
    return number("pr", 0);
  }

  /** That so many more progress values were taken ({@code n} of an {@code ak}). */
  public static Meta taken(long values) {
    return EMPTY.with("n", values);
  }

  /** How many more progress values were taken ({@code n} of an {@code ak}). */
  public long taken() {
    return number("n", 0);
  }

  /** This and the caller's W3C traceparent ({@code tp}). */
  public Meta andTraceParent(String traceParent) {
    return with("tp", traceParent);
  }

  /** The caller's W3C traceparent ({@code tp}), as it came. */
  public @Nullable String traceParent() {
    return entries.get("tp") instanceof String traceParent ? traceParent : null;
  }

  /** This and the caller's W3C tracestate ({@code ts}). */
  public Meta andTraceState(String traceState) {
    return with("ts", traceState);
  }

  /** The caller's W3C tracestate ({@code ts}), as it came. */
  public @Nullable String traceState() {
    return entries.get("ts") instanceof String traceState ? traceState : null;
  }

  /** This and the level of the most verbose log lines that the caller wants ({@code lg}). */
  public Meta andVerbosity(long level) {
    return with("lg", level);
  }

  /** The level of the most verbose log lines that are wanted; -1 where no log is. */
  public long verbosity() {
    return number("lg", -1);
  }

  /** This and the log of the call ({@code ld}). */
  public Meta andLog(Map<String, @Nullable Object> log) {
    return with("ld", log);
  }

  /** The log of the call ({@code ld}), where there is one. */
  public @Nullable Map<?, ?> log() {
    return entries.get("ld") instanceof Map<?, ?> log ? log : null;
  }

  /** Negative numbers are of the wrong shape, too. */
  private long number(String key, long otherwise) {
    return entries.get(key) instanceof Long number && number >= 0 ? number : otherwise;
  }

  private Meta with(String key, Object value) {
    var all = new LinkedHashMap<>(entries);
    all.put(key, value);
    return new Meta(all);
  }
}
