package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WireType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TaskServer} in a process of its own, made by {@link TaskServer#fork}. It ends with this
 * JVM, however that ends. Its methods are safe for use by any thread; only {@link #close} blocks.
 */
public final class ForkedServer implements AutoCloseable {
  private static final WireType STATS = WireType.of(ServerStats.class);

  private final ForkedProcess process;
  private final List<Address> addresses;
  private final @Nullable Address control;

  private ForkedServer(ForkedProcess process, List<Address> addresses, @Nullable Address control) {
    this.process = process;
    this.addresses = addresses;
    this.control = control;
  }

  static ForkedServer start(ServerConfig config, @Nullable Duration replaceWithin)
      throws IOException {
    var process = ForkedProcess.start(config.name(), config.output());
    try {
      Object where = process.ask(ForkMain.START, ForkPlan.toWire(config, replaceWithin)).join();
      return of(process, (Map<?, ?>) Objects.requireNonNull(where), config.control());
    } catch (CompletionException e) {
      process.end();
      if (e.getCause() instanceof IOException failed) {
        throw new IOException(failed.getMessage(), failed);
      }
      throw e;
    }
  }

  private static ForkedServer of(
      ForkedProcess process, Map<?, ?> where, @Nullable Address control) {
    List<Address> addresses =
        ((List<?>) Objects.requireNonNull(where.get("listen")))
            .stream()
                .map(address -> Address.parse((String) Objects.requireNonNull(address)))
                .toList();
    return new ForkedServer(process, addresses, control);
  }

  /** Where it listens, with the ports that the kernel chose. */
  public List<Address> addresses() {
    return addresses;
  }

  /** Where it can be asked and told all else, as with {@link TaskServer#controlAddress}. */
  public Optional<Address> controlAddress() {
    return Optional.ofNullable(control);
  }

  /** The process number of the server. */
  public long pid() {
    return process.pid();
  }

  /** The counts of this moment; fails with an {@link IOException} once the server has ended. */
  public CompletableFuture<ServerStats> stats() {
    return process
        .ask(ForkMain.STATS, null)
        .thenApply(wire -> (ServerStats) Objects.requireNonNull(STATS.read(wire)));
  }

  /** As {@link TaskServer#drain}: {@link #ended} tells when that is done. */
  public void drain() {
    process.ask(ForkMain.DRAIN, null);
  }

  /**
   * Done when its process has ended: normally where it was closed or drained, else with an {@link
   * IOException} that says how.
   */
  public CompletableFuture<@Nullable Void> ended() {
    return process.ended().copy();
  }

  /**
   * As {@link TaskServer#close(Duration)}; blocks until the process has ended.
   *
   * @param grace from zero to 365 days
   */
  public void close(Duration grace) {
    TaskServer.requireGrace(grace);
    process.ask(ForkMain.CLOSE, grace.toMillis());
    process.awaitEnd();
  }

  /** Kills all workers, and blocks until the server has ended. Closing twice is closing once. */
  @Override
  public void close() {
    process.end();
  }
}
