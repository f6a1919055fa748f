package dev.remuda.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of the wire protocol, which at its base is that of Perl's AnyEvent::Task 0.805: a
 * JSON array of a code, META and what follows it.
 */
public sealed interface Message {
  /** The extensions that travel with it. */
  Meta meta();

  /** {@code hi}: the greeting that opens a connection to a peer known to understand it. */
  record Hi(Meta meta) implements Message {}

  /**
   * {@code do}: a call.
   *
   * @param arguments all that follows META; by convention the method's name first
   */
  record Do(Meta meta, List<@Nullable Object> arguments) implements Message {}

  /** {@code ok}: the result of a call. */
  record Ok(Meta meta, @Nullable Object result) implements Message {}

  /** {@code er}: why a call failed; a string from our workers, any value from others. */
  record Er(Meta meta, @Nullable Object error) implements Message {}

  /** {@code dn}: the checkout was released. */
  record Dn(Meta meta) implements Message {}

  /** {@code rd}: the worker's answer to {@code dn} where it has a {@code checkoutDone} hook. */
  record Rd(Meta meta) implements Message {}

  /** {@code ab}: the caller gave up; the worker answers with a thread dump and ends. */
  record Ab(Meta meta) implements Message {}
}
