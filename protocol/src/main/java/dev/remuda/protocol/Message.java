package dev.remuda.protocol;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of the wire protocol, which at its base is that of Perl's AnyEvent::Task 0.805: a
 * JSON array of a code, META and what follows it.
 */
public sealed interface Message {
  /** What kind of message it is, on the wire. */
  String code();

  /** The extensions that travel with it. */
  Meta meta();

  /** What follows META. */
  default List<@Nullable Object> rest() {
    return Collections.emptyList();
  }

  /** {@code hi}: the greeting that opens a connection to a peer known to understand it. */
  record Hi(Meta meta) implements Message {
    @Override
    public String code() {
      return "hi";
    }
  }

  /**
   * {@code do}: a call.
   *
   * @param arguments all that follows META; by convention the method's name first
   */
  record Do(Meta meta, List<@Nullable Object> arguments) implements Message {
    @Override
    public String code() {
      return "do";
    }

    @Override
    public List<@Nullable Object> rest() {
      return arguments;
    }
  }

  /** {@code ok}: the result of a call. */
  record Ok(Meta meta, @Nullable Object result) implements Message {
    @Override
    public String code() {
      return "ok";
    }

    @Override
    public List<@Nullable Object> rest() {
      return Collections.singletonList(result);
    }
  }

  /** {@code er}: why a call failed; a string from our workers, any value from others. */
  record Er(Meta meta, @Nullable Object error) implements Message {
    @Override
    public String code() {
      return "er";
    }

    @Override
    public List<@Nullable Object> rest() {
      return Collections.singletonList(error);
    }
  }

  /** {@code dn}: the checkout was released. */
  record Dn(Meta meta) implements Message {
    @Override
    public String code() {
      return "dn";
    }
  }

  /** {@code rd}: the worker's answer to {@code dn} where it has a {@code checkoutDone} hook. */
  record Rd(Meta meta) implements Message {
    @Override
    public String code() {
      return "rd";
    }
  }

  /** {@code ab}: the caller gave up; the worker answers with a thread dump and ends. */
  record Ab(Meta meta) implements Message {
    @Override
    public String code() {
      return "ab";
    }
  }

  /**
   * {@code rt}: the worker asks to be retired; the client replaces it, and closes when released.
   */
  record Rt(Meta meta) implements Message {
    @Override
    public String code() {
      return "rt";
    }
  }

  /** {@code pr}: progress of the call that runs, or one more value of a streamed result. */
  record Pr(Meta meta, @Nullable Object value) implements Message {
    @Override
    public String code() {
      return "pr";
    }

    @Override
    public List<@Nullable Object> rest() {
      return Collections.singletonList(value);
    }
  }

  /** {@code ak}: the client has taken so many more progress values ({@link Meta#taken}). */
  record Ak(Meta meta) implements Message {
    @Override
    public String code() {
      return "ak";
    }
  }
}
