package dev.remuda.cli;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Messages to and from a control address. Whoever must wait too long finds the channel closed: a
 * {@link java.nio.channels.ClosedChannelException}.
 */
final class ControlChannel implements AutoCloseable {
  /** A supervisor's answers have no more. */
  private static final Limits LIMITS = new Limits(4 << 20, 64, 10_000, 1_000_000);

  private final Duration patience;
  private final SocketChannel channel;
  private final MessageReader reader = new MessageReader(LIMITS);
  private final MessageWriter writer = new MessageWriter(LIMITS);

  /**
   * Connects to nobody yet.
   *
   * @param patience for how long each answer is awaited; zero for ever
   */
  ControlChannel(Duration patience) throws IOException {
    this.patience = patience;
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
  }

  void connect(Address.Unix address) throws IOException {
    try (var _ = new Alarm()) {
      channel.connect(UnixDomainSocketAddress.of(address.path()));
    }
  }

  /** Sends a message, and waits for the next one. */
  Message exchange(Message message) throws IOException {
    try (var _ = new Alarm()) {
      send(message);
      return read();
    }
  }

  /** Blocks while the other side takes nothing. */
  void send(Message message) throws IOException {
    writer.clear();
    writer.write(message);
    ByteBuffer out = writer.written();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** Blocks until there is one, however long that takes. */
  Message read() throws IOException {
    Message message = reader.next();
    while (message == null) {
      if (reader.readFrom(channel) < 0) {
        throw new EOFException("the connection ended");
      }
      message = reader.next();
    }
    return message;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nobody will use it any more.
    }
  }

  /** Closes the channel when the time is over; who reads from it hears of that. */
  private final class Alarm implements AutoCloseable {
    private final CompletableFuture<?> ringing;

    Alarm() {
      ringing =
          patience.isZero()
              ? new CompletableFuture<>()
              : CompletableFuture.runAsync(
                  ControlChannel.this::close,
                  CompletableFuture.delayedExecutor(patience.toMillis(), MILLISECONDS));
    }

    @Override
    public void close() {
      ringing.cancel(false);
    }
  }
}
