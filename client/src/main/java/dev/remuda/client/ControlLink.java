package dev.remuda.client;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.protocol.WorkerHello;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the supervisor of one worker at the control address that the worker's greeting named. Each
 * question has a connection and a virtual thread of its own, both gone when its time is over;
 * whatever fails is no answer.
 *
 * <p>A control address is a path on the worker's host. On another host the same path would be
 * another supervisor's, or nobody's: {@link #to} follows it only where the worker was reached by a
 * unix socket or over the loopback. It names the worker's pid in each question, since the path may
 * have a new supervisor by now, with another worker of the same name.
 */
final class ControlLink implements SupervisorLink {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");
  private static final Limits LIMITS = new Limits(4 << 20, 64, 10_000, 1_000_000);

  /** Nobody waits for the answer to this one: it may take its time on a busy machine. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);

  /** What a supervisor needs less of its asker's time, to answer before that is over. */
  private static final long ANSWER_MILLIS = 20;

  private final Address.Unix control;
  private final WorkerHello worker;
  private final Duration patience;

  ControlLink(Address.Unix control, WorkerHello worker, Duration patience) {
    this.control = control;
    this.worker = worker;
    this.patience = patience;
  }

  /**
   * The link to a worker's supervisor; {@link SupervisorLink#NONE} where the greeting names no
   * control address, or none that is to be followed from here. Does not block.
   *
   * @param server where the worker was reached
   * @param patience how long a question may take before the answer is none
   */
  static SupervisorLink to(WorkerHello worker, Address server, Duration patience) {
    String named = worker.controlAddress();
    if (named == null || !isOnThisHost(server)) {
      return NONE;
    }
    try {
      return Address.parse(named) instanceof Address.Unix unix
          ? new ControlLink(unix, worker, patience)
          : NONE;
    } catch (IllegalArgumentException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} names no control address: {1}", worker.id(), named);
      return NONE;
    }
  }

  /** Whether paths mean the same here as where that address is served; asks no name service. */
  static boolean isOnThisHost(Address server) {
    return switch (server) {
      case Address.Unix _ -> true;
      case Address.Tcp(String host, _) -> isThisHost(host);
      case Address.Tls(String host, _) -> isThisHost(host);
    };
  }

  private static boolean isThisHost(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name: it may be any host's
    }
  }

  @Override
  public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
    long left = Math.max(0, patience.toMillis() - ANSWER_MILLIS);
    return ask(Meta.EMPTY.andMillisLeft(left), patience, about("autopsy", workerId))
        .thenApply(
            answer -> answer.map(WorkerExit::fromWire).filter(exit -> exit.id().equals(workerId)));
  }

  @Override
  public void kill(String workerId, String reason) {
    ask(Meta.EMPTY, KILL_PATIENCE, about("kill", workerId, reason));
  }

  @Override
  public CompletableFuture<Optional<String>> trouble() {
    return ask(Meta.EMPTY, patience, List.of("status"))
        .thenApply(answer ->
            answer.map(status ->
                status instanceof Map<?, ?> map && map.get("trouble") instanceof String trouble
                    ? trouble
                    : null));
  }

  /** The words of a question, and the pid where it is known. */
  private List<@Nullable Object> about(String command, String workerId, String... more) {
    var words = new ArrayList<@Nullable Object>();
    words.add(command);
    words.add(workerId);
    words.addAll(List.of(more));
    if (workerId.equals(worker.id()) && worker.pid() > 0) {
      words.add(worker.pid());
    }
    return words;
  }

  private CompletableFuture<Optional<Object>> ask(
      Meta meta, Duration limit, List<@Nullable Object> words) {
    var answer = new CompletableFuture<Optional<Object>>();
    answer.completeOnTimeout(Optional.empty(), limit.toMillis(), TimeUnit.MILLISECONDS);
    Thread.ofVirtual()
        .name("remuda-control")
        .start(() -> answer.complete(answer(new Message.Do(meta, words), answer)));
    return answer;
  }

  /** Blocks until there is one, or until somebody completes {@code over}. */
  private Optional<Object> answer(Message question, CompletableFuture<?> over) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      over.whenComplete((nothing, e) -> closeQuietly(channel));
      channel.connect(UnixDomainSocketAddress.of(control.path()));
      var writer = new MessageWriter(LIMITS);
      writer.write(question);
      ByteBuffer out = writer.written();
      while (out.hasRemaining()) {
        channel.write(out);
      }
      return understood(read(channel));
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} gives no answer: {1}", control, e);
      return Optional.empty();
    }
  }

  private static Message read(SocketChannel channel) throws IOException {
    var reader = new MessageReader(LIMITS);
    Message message = reader.next();
    while (message == null) {
      if (reader.readFrom(channel) < 0) {
        throw new EOFException("the connection ended before an answer came");
      }
      message = reader.next();
    }
    return message;
  }

  private Optional<Object> understood(Message message) {
    if (message instanceof Message.Ok(_, Object result)) {
      return Optional.ofNullable(result);
    }
    if (message instanceof Message.Er(_, Object error)) {
      LOG.log(System.Logger.Level.DEBUG, "{0} says: {1}", control, error);
    }
    return Optional.empty();
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot close a question's connection", e);
    }
  }
}
