package dev.remuda.protocol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An extension of the base protocol, used on a connection only after the peer has announced it. */
public enum Capability {
  /** META {@code ex} on {@code er}: class, message, frames and causes of the failure. */
  EX("ex"),
  /** {@code ab} while a call runs: answered with a thread dump, then the worker ends. */
  AB("ab"),
  /** {@code rd} answers {@code dn} once the worker's {@code checkoutDone} has run. */
  RD("rd"),
  /** META {@code dl} on {@code do}: milliseconds left of the caller's deadline. */
  DL("dl"),
  /** {@code rt} from a worker that wants to be replaced and let go. */
  RT("rt"),
  /** Several {@code do} may be sent before their replies; META {@code b} numbers the batch. */
  PIPE("pipe"),
  /** {@code pr} before the reply, for calls whose META {@code pr} asks for it. */
  PR("pr"),
  /** META {@code tp} and {@code ts} on {@code do}: where the caller stands in a trace. */
  TP("tp"),
  /** META {@code lg} on {@code do} asks for META {@code ld} on the reply: the log of the call. */
  LG("lg");

  private static final Capability[] ALL = values();

  private final String code;

  Capability(String code) {
    this.code = code;
  }

  /** The name on the wire. */
  public String code() {
    return code;
  }

  /** The known ones among what a peer announced; others are ignored. */
  static Set<Capability> known(@Nullable Object announced) {
    var known = EnumSet.noneOf(Capability.class);
    if (announced instanceof List<?> codes) {
      for (Capability capability : ALL) {
        if (codes.contains(capability.code)) {
          known.add(capability);
        }
      }
    }
    return known;
  }

  /** In the order of their declaration, so that greetings do not differ from run to run. */
  static List<String> codes(Collection<Capability> capabilities) {
    var codes = new ArrayList<String>(capabilities.size());
    for (Capability capability : ALL) {
      if (capabilities.contains(capability)) {
        codes.add(capability.code);
      }
    }
    return codes;
  }
}
