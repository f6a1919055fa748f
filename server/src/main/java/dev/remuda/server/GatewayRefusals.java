package dev.remuda.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.Address;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who was refused at one address, and why: counted, and told once a second at the most. */
final class GatewayRefusals {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Address address;
  private final Consumer<ServerEvent> events;

  @GuardedBy("this")
  private long count;

  @GuardedBy("this")
  private long untold;

  @GuardedBy("this")
  private long toldNanos;

  @GuardedBy("this")
  private @Nullable String last;

  GatewayRefusals(Address address, Consumer<ServerEvent> events) {
    this.address = address;
    this.events = events;
  }

  void add(@Nullable SocketAddress peer, String reason) {
    String who = peer == null ? "a peer that has gone" : peer.toString().replaceFirst("^/", "");
    String line = reason.replaceAll("\\p{Cntrl}", " ");
    long others;
    long total;
    synchronized (this) {
      count++;
      total = count;
      last = who + ": " + line;
      long now = System.nanoTime();
      if (toldNanos != 0 && now - toldNanos < QUIET_NANOS) {
        untold++;
        return;
      }
      toldNanos = now | 1;
      others = untold;
      untold = 0;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} refuses {1}: {2}{3}",
        address,
        who,
        line,
        others == 0 ? "" : " (and " + others + " others since the last that was named)");
    events.accept(new ServerEvent.Refused(Instant.now(), address.toString(), who, line, total));
  }

  synchronized long count() {
    return count;
  }

  synchronized Optional<String> last() {
    return Optional.ofNullable(last);
  }
}
