package dev.remuda.server;

import dev.remuda.protocol.TlsContext;
import dev.remuda.protocol.TlsTrouble;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a gateway: its handshake, then its bytes, each direction on a virtual thread of
 * its own. An end is passed on as an end, whatever it was: a peer that is told of a reset could
 * take a call for unread that a worker has begun.
 */
final class TlsRelay {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final int BUFFER = 16 << 10;
  private static final int HANDSHAKE_RECORD = 22;
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LAST_PAUSE_MILLIS = 250;

  /** A fatal alert "unexpected message": what a client that speaks no TLS can be told by. */
  private static final byte[] NO_TLS = {21, 3, 3, 0, 2, 2, 10};

  /** A client host that has vanished is noticed after 15 + 3 · 5 s. */
  private static final int KEEP_IDLE_SECONDS = 15;

  private static final int KEEP_INTERVAL_SECONDS = 5;
  private static final int KEEP_COUNT = 3;

  private final TlsGateway gateway;
  private final Socket socket;
  private final @Nullable SocketAddress peer;
  private final AtomicInteger directions = new AtomicInteger(2);
  private volatile @Nullable String givenUp;
  private volatile @Nullable SocketChannel worker;
  private volatile boolean ended;

  TlsRelay(TlsGateway gateway, Socket socket) {
    this.gateway = gateway;
    this.socket = socket;
    peer = socket.getRemoteSocketAddress();
  }

  @Nullable SocketAddress peer() {
    return peer;
  }

  void start() {
    Thread.ofVirtual().name("remuda-tls-in").start(this::run);
  }

  /** It is not taken, or not any more. */
  void giveUp(String reason) {
    refuse(reason);
    end();
  }

  /** Only the first reason is the reason. */
  private void refuse(String reason) {
    if (givenUp == null && !ended) {
      givenUp = reason;
      gateway.refused(this, reason);
    }
  }

  /** Ends it at once. */
  void end() {
    ended = true;
    close(socket);
    close(worker);
    gateway.ended(this);
  }

  private void run() {
    try {
      SSLSocket tls = handshake();
      if (tls == null || !gateway.established(this)) {
        end();
        return;
      }
      SocketChannel to = connect();
      worker = to;
      if (ended) {
        end();
        return;
      }
      Thread.ofVirtual().name("remuda-tls-out").start(() -> workerToClient(tls, to));
      clientToWorker(tls, to);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, gateway.address() + " gives up a connection", e);
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end();
    }
  }

  /** Null when it failed, which is reported here. */
  private @Nullable SSLSocket handshake() {
    ScheduledFuture<?> limit;
    try {
      limit =
          gateway.later(
              gateway.limits().handshake(),
              () ->
                  giveUp(
                      "its handshake took over "
                          + gateway.limits().handshake().toMillis()
                          + " ms"));
    } catch (RejectedExecutionException e) {
      return null; // the gateway closes
    }
    try {
      keepAlive();
      InputStream in = socket.getInputStream();
      int first = in.read();
      if (first < 0) {
        return null; // a probe, perhaps
      }
      if (first != HANDSHAKE_RECORD) {
        refuse("what it speaks is not TLS: it begins with byte " + first);
        socket.getOutputStream().write(NO_TLS);
        drain();
        return null;
      }
      SSLSocket tls = secured((byte) first);
      tls.startHandshake();
      return tls;
    } catch (IOException | RuntimeException e) {
      refuse(TlsTrouble.explain(e));
      drain();
      return null;
    } finally {
      limit.cancel(false);
    }
  }

  private SSLSocket secured(byte first) throws IOException {
    var consumed = new ByteArrayInputStream(new byte[] {first});
    var tls =
        (SSLSocket)
            gateway.tls().current().getSocketFactory().createSocket(socket, consumed, false);
    tls.setNeedClientAuth(true);
    tls.setEnabledProtocols(new String[] {TlsContext.PROTOCOL});
    return tls;
  }

  private void keepAlive() throws IOException {
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_IDLE_SECONDS);
    socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_INTERVAL_SECONDS);
    socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_COUNT);
  }

  /** To close a socket with unread bytes would reset it, and lose what was sent last. */
  private void drain() {
    try {
      shutdownOutput();
      socket.setSoTimeout((int) gateway.limits().linger().toMillis());
      byte[] unread = new byte[BUFFER];
      for (int n = 0; n >= 0 && !ended; n = socket.getInputStream().read(unread)) {
        // until it has gone, or the time of its handshake is over
      }
    } catch (IOException e) {
      // It has gone.
    }
  }

  private void shutdownOutput() throws IOException {
    if (!socket.isOutputShutdown()) { // as TLS may have done
      socket.shutdownOutput();
    }
  }

  /** The queue of the workers' socket may be full: then it waits for its turn. */
  private SocketChannel connect() throws IOException, InterruptedException {
    var address = UnixDomainSocketAddress.of(gateway.workers());
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      try {
        return SocketChannel.open(address);
      } catch (IOException e) {
        if (!gateway.isListening() || ended) {
          throw e;
        }
        Thread.sleep(pause);
        pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
      }
    }
  }

  private void clientToWorker(SSLSocket tls, SocketChannel to) {
    byte[] bytes = new byte[BUFFER];
    boolean takes = true;
    try {
      InputStream in = tls.getInputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        // What comes for a worker that has gone is read all the same: see drain().
        takes = takes && write(ByteBuffer.wrap(bytes, 0, n), to);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      close(to); // the client has gone, and nobody else wants the answer
    } finally {
      over();
    }
  }

  private static boolean write(ByteBuffer bytes, SocketChannel to) {
    try {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void workerToClient(SSLSocket tls, SocketChannel from) {
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    try {
      OutputStream out = tls.getOutputStream();
      while (read(from, bytes) >= 0) {
        out.write(bytes.array(), 0, bytes.position());
        bytes.clear();
      }
      tls.shutdownOutput();
      shutdownOutput();
      gateway.later(gateway.limits().linger(), this::end);
    } catch (RejectedExecutionException e) {
      // The gateway closes, and ends all that lingers.
    } catch (IOException e) {
      end(); // the client has gone
    } finally {
      over();
    }
  }

  /** However the worker has ended, the client is told of an end: see above. */
  private static int read(SocketChannel from, ByteBuffer into) {
    try {
      return from.read(into);
    } catch (IOException e) {
      return -1;
    }
  }

  private void over() {
    if (directions.decrementAndGet() == 0) {
      end();
    }
  }

  private static void close(@Nullable Closeable socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot close a connection", e);
    }
  }
}
