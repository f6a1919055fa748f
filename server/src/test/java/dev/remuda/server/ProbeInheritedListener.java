package dev.remuda.server;

import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Accepts one connection on the listener that it inherited, and writes one byte to it. */
final class ProbeInheritedListener {

  private ProbeInheritedListener() {}

  public static void main(String[] arguments) throws Exception {
    ServerSocketChannel listener = (ServerSocketChannel) System.inheritedChannel();
    try (SocketChannel connection = listener.accept()) {
      connection.write(ByteBuffer.wrap(new byte[] {'!'}));
    }
  }

  static byte readByte(SocketChannel channel) throws Exception {
    ByteBuffer one = ByteBuffer.allocate(1);
    channel.read(one);
    return one.get(0);
  }
}
