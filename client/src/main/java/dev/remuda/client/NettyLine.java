package dev.remuda.client;

import dev.remuda.protocol.TlsTrouble;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** One socket of a Netty loop. */
final class NettyLine extends ChannelInboundHandlerAdapter implements Line {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");

  /** How a TLS server answers one who does not speak it: an alert of version 3.x. */
  private static final int TLS_ALERT = 21;

  private static final int TLS_MAJOR_VERSION = 3;

  private final Owner owner;
  private final Kind kind;
  private @Nullable ChannelHandlerContext context;
  private boolean reading;
  private boolean unflushed;
  private boolean flushComes;
  private boolean heard;
  private boolean reset;
  private boolean over;

  /** What is spoken on it. */
  enum Kind {
    UNIX,
    TCP,
    TLS
  }

  NettyLine(Owner owner, Kind kind) {
    this.owner = owner;
    this.kind = kind;
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
    if (kind != Kind.TLS) {
      owner.opened(this);
    }
  }

  /** The server's certificate is taken, or not; what it thinks of ours is heard later. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !over) {
      if (handshake.isSuccess()) {
        owner.opened(this);
      } else {
        over = true;
        owner.refused(reason(handshake.cause()));
        ctx.close();
      }
    }
  }

  private static String reason(Throwable cause) {
    return cause instanceof ClosedChannelException
        ? "it ended the connection in the TLS handshake: perhaps no TLS is spoken there"
        : TlsTrouble.explain(cause);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    reading = true;
    var buffer = (ByteBuf) bytes;
    try {
      if (over) {
        return;
      }
      if (!heard && kind == Kind.TCP && isTlsAlert(buffer)) {
        reject(ctx, "TLS is spoken there: its address is tls:HOST:PORT");
        return;
      }
      heard = true;
      owner.received(buffer.nioBuffer());
    } finally {
      buffer.release();
    }
  }

  private static boolean isTlsAlert(ByteBuf first) {
    int at = first.readerIndex();
    return first.getByte(at) == TLS_ALERT
        && (first.readableBytes() == 1 || first.getByte(at + 1) == TLS_MAJOR_VERSION);
  }

  private void reject(ChannelHandlerContext ctx, String reason) {
    over = true;
    owner.rejected(reason);
    ctx.close();
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
    Throwable plain =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (over) {
      return; // which was told
    }
    if (kind == Kind.TLS && !heard && TlsTrouble.isRefusal(plain)) {
      reject(ctx, TlsTrouble.explain(plain));
      return;
    }
    if (plain instanceof IOException) {
      reset = true;
    } else {
      LOG.log(System.Logger.Level.WARNING, "a fault in the client itself: " + cause, cause);
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!over) {
      over = true;
      owner.ended(reset);
    }
  }
}
