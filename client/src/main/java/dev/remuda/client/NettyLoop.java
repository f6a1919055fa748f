package dev.remuda.client;

import dev.remuda.client.NettyLine.Kind;
import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** A loop of Netty's, with a thread and sockets of its own. */
final class NettyLoop implements Loop {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");
  private static final long ORIGIN = System.nanoTime();
  private static final long CLOSE_SECONDS = 5;

  /** How long a host may leave it open whether it can be connected to. */
  private static final int CONNECT_MILLIS = 5_000;

  private static final long HANDSHAKE_MILLIS = 5_000;

  /** A host that has vanished is noticed after 15 + 3 · 5 s, by its idle connections too. */
  private static final int KEEP_IDLE_SECONDS = 15;

  private static final int KEEP_INTERVAL_SECONDS = 5;
  private static final int KEEP_COUNT = 3;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final CallbackWatch watch = new CallbackWatch();
  private final @Nullable TlsContext tls;
  private final Resolver resolver;

  /** Finds the addresses of a host; may block. */
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /** A loop whose connections to {@code tls:} addresses go by what is given. */
  NettyLoop(@Nullable TlsContext tls) {
    this(tls, InetAddress::getAllByName);
  }

  NettyLoop(@Nullable TlsContext tls, Resolver resolver) {
    this.tls = tls;
    this.resolver = resolver;
    ThreadFactory threads = Thread.ofPlatform().name("remuda-client").daemon().factory();
    group = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
    loop = group.next();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime() - ORIGIN;
  }

  @Override
  public boolean isCurrent() {
    return loop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public Timer schedule(Runnable task, long nanos) {
    ScheduledFuture<?> scheduled = loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void runCallback(Runnable callback) {
    watch.run(callback);
  }

  @Override
  public void shutdown() {
    watch.close();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public boolean isShutdown() {
    return loop.isShutdown();
  }

  @Override
  public void awaitEnd(long seconds) {
    group.terminationFuture().awaitUninterruptibly(seconds, TimeUnit.SECONDS);
  }

  @Override
  public void connect(Address address, Line.Owner owner) {
    switch (address) {
      case Address.Unix(var path) ->
          connect(List.of(UnixDomainSocketAddress.of(path)), pipeline(owner, Kind.UNIX));
      case Address.Tcp(String host, int port) ->
          resolve(host, port, owner, () -> pipeline(owner, Kind.TCP));
      case Address.Tls(String host, int port) ->
          resolve(host, port, owner, () -> tlsPipeline(owner, host, port));
    }
  }

  /**
   * Each time anew, since names move; off the loop, since name services and files block.
   *
   * @param next what is to be done off the loop too
   */
  private void resolve(String host, int port, Line.Owner owner, Supplier<Pipeline> next) {
    Thread.ofVirtual()
        .name("remuda-resolver")
        .start(() -> {
          try {
            var found = new ArrayList<SocketAddress>();
            for (InetAddress each : resolver.resolve(host)) {
              found.add(new InetSocketAddress(each, port));
            }
            Pipeline pipeline = next.get();
            onLoop(() -> connect(found, pipeline));
          } catch (UnknownHostException e) {
            onLoop(() -> owner.refused("unknown host " + host));
          } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "a fault in the client itself: " + e, e);
            onLoop(() -> owner.refused(e.toString()));
          }
        });
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The client was closed meanwhile.
    }
  }

  /** Who hears of a connection, and what stands between. */
  private record Pipeline(Line.Owner owner, Supplier<List<ChannelHandler>> handlers) {}

  private static Pipeline pipeline(Line.Owner owner, Kind kind) {
    return new Pipeline(owner, () -> List.of(new NettyLine(owner, kind)));
  }

  private Pipeline tlsPipeline(Line.Owner owner, String host, int port) {
    SSLContext context = Objects.requireNonNull(tls, "the builder asks for it").current();
    return new Pipeline(
        owner,
        () -> {
          SSLEngine engine = context.createSSLEngine(host, port);
          engine.setUseClientMode(true);
          SSLParameters parameters = engine.getSSLParameters();
          parameters.setProtocols(new String[] {TlsContext.PROTOCOL});
          parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the name must be the host's
          engine.setSSLParameters(parameters);
          var handler = new SslHandler(engine);
          handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
          return List.of(handler, new NettyLine(owner, Kind.TLS));
        });
  }

  /** The first of the addresses where somebody listens. */
  private void connect(List<SocketAddress> addresses, Pipeline pipeline) {
    if (group.isShuttingDown()) {
      return; // what is registered after the others were closed would stay open
    }
    bootstrap(addresses.getFirst(), pipeline)
        .connect(addresses.getFirst())
        .addListener(attempt -> {
          if (attempt.isSuccess()) {
            return;
          }
          if (addresses.size() > 1) {
            connect(addresses.subList(1, addresses.size()), pipeline);
          } else {
            pipeline.owner().refused(reason(attempt.cause()));
          }
        });
  }

  private Bootstrap bootstrap(SocketAddress address, Pipeline pipeline) {
    var bootstrap = new Bootstrap().group(loop).handler(initializer(pipeline));
    if (address instanceof UnixDomainSocketAddress) {
      return bootstrap.channel(NioDomainSocketChannel.class);
    }
    return bootstrap
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_IDLE_SECONDS)
        .option(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEP_INTERVAL_SECONDS)
        .option(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_COUNT);
  }

  private static ChannelHandler initializer(Pipeline pipeline) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        pipeline.handlers().get().forEach(channel.pipeline()::addLast);
      }
    };
  }

  private static String reason(@Nullable Throwable cause) {
    // Netty adds the address to the system's own words; ours are there already.
    Throwable plain = cause != null && cause.getCause() instanceof IOException e ? e : cause;
    return plain == null || plain.getMessage() == null ? "no reason" : plain.getMessage();
  }
}
