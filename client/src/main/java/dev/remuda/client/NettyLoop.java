package dev.remuda.client;

import dev.remuda.protocol.Address;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A loop of Netty's, with a thread and sockets of its own. */
final class NettyLoop implements Loop {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");
  private static final long ORIGIN = System.nanoTime();
  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final CallbackWatch watch = new CallbackWatch();

  NettyLoop() {
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
      case Address.Unix(var path) -> connect(UnixDomainSocketAddress.of(path), owner);
      case Address.Tcp(String host, int port) -> resolve(host, port, owner);
    }
  }

  /** Each time anew, since names move; off the loop, since the resolver blocks. */
  private void resolve(String host, int port, Line.Owner owner) {
    Thread.ofVirtual()
        .name("remuda-resolver")
        .start(() -> {
          try {
            InetAddress found = InetAddress.getByName(host);
            onLoop(() -> connect(new InetSocketAddress(found, port), owner));
          } catch (UnknownHostException e) {
            onLoop(() -> owner.refused("unknown host " + host));
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

  private void connect(SocketAddress address, Line.Owner owner) {
    boolean unix = address instanceof UnixDomainSocketAddress;
    new Bootstrap()
        .group(loop)
        .channel(unix ? NioDomainSocketChannel.class : NioSocketChannel.class)
        .handler(new NettyLine(owner))
        .connect(address)
        .addListener(attempt -> {
          if (!attempt.isSuccess()) {
            owner.refused(reason(attempt.cause()));
          }
        });
  }

  private static String reason(@Nullable Throwable cause) {
    // Netty adds the address to the system's own words; ours are there already.
    Throwable plain = cause != null && cause.getCause() instanceof IOException e ? e : cause;
    return plain == null || plain.getMessage() == null ? "no reason" : plain.getMessage();
  }

  /** One socket. */
  private static final class NettyLine extends ChannelInboundHandlerAdapter implements Line {
    private final Owner owner;
    private @Nullable ChannelHandlerContext context;
    private boolean reading;
    private boolean unflushed;
    private boolean flushComes;
    private boolean reset;

    NettyLine(Owner owner) {
      this.owner = owner;
    }

    @Override
    public boolean isOpen() {
      return context != null && context.channel().isActive();
    }

    @Override
    public void close() {
      if (context != null) {
        if (unflushed || flushComes) {
          context.flush(); // or what was sent last would never go out
        }
        context.close();
      }
    }

    @Override
    public void send(ByteBuffer bytes, boolean more) {
      ChannelHandlerContext ctx = context;
      if (ctx == null) {
        return;
      }
      ctx.write(ctx.alloc().buffer(bytes.remaining()).writeBytes(bytes), ctx.voidPromise());
      if (reading) {
        unflushed = true; // all goes out together when the read ends
      } else if (more) {
        flushSoon(ctx);
      } else {
        ctx.flush();
      }
    }

    /** After the tasks that wait now, which may have more to send. */
    private void flushSoon(ChannelHandlerContext ctx) {
      if (!flushComes) {
        flushComes = true;
        ctx.executor()
            .execute(() -> {
              flushComes = false;
              ctx.flush();
            });
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      context = ctx;
      owner.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      reading = true;
      var buffer = (ByteBuf) bytes;
      try {
        owner.received(buffer.nioBuffer());
      } finally {
        buffer.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      reading = false;
      if (unflushed) {
        unflushed = false;
        ctx.flush();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof IOException) {
        reset = true;
      } else {
        LOG.log(System.Logger.Level.WARNING, "a fault in the client itself: " + cause, cause);
      }
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      owner.ended(reset);
    }
  }
}
