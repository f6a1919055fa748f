import org.jspecify.annotations.NullMarked;

/** The caller's side: connections, checkouts, queue, deadlines, typed calls. */
@NullMarked
module dev.remuda.client {
  requires transitive dev.remuda.protocol;
  requires transitive dev.remuda.context;
  requires io.netty.common;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.codec;
  requires io.netty.handler;
  requires jdk.net;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.client;
}
