package dev.remuda.benchmarks;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The raw limit in Java, for {@link ChildJvm}: two JVMs, blocking channels on a unix socket, 64
 * bytes there and back, nothing else. The second one is started by the first.
 */
final class RawPair {
  private static final int SIZE = 64;
  private static final String ECHO = "echo";

  private RawPair() {}

  /** Takes the path of a socket to make, and what the echo is started with, if anything. */
  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals(ECHO)) {
      echo(Path.of(arguments[1]));
    } else {
      measure(Path.of(arguments[0]), List.of(arguments).subList(1, arguments.length));
    }
  }

  private static void echo(Path socket) throws IOException {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
      while (fill(channel, bytes)) {
        drain(channel, bytes);
      }
    }
  }

  private static void measure(Path socket, List<String> prefix) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      startEcho(socket, prefix);
      try (SocketChannel channel = listener.accept()) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          System.out.println(p50(channel, Integer.parseInt(line)));
        }
      }
    }
  }

  private static void startEcho(Path socket, List<String> prefix) throws IOException {
    var command = new ArrayList<>(prefix);
    command.addAll(ChildJvm.command(RawPair.class));
    command.addAll(List.of(ECHO, socket.toString()));
    new ProcessBuilder(command).inheritIO().start();
  }

  private static long p50(SocketChannel channel, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
    long[] samples = new long[count];
    for (int i = -RoundTrips.unmeasured(count); i < count; i++) {
      long begin = System.nanoTime();
      bytes.clear();
      drain(channel, bytes);
      if (!fill(channel, bytes)) {
        throw new EOFException("the echo has ended");
      }
      if (i >= 0) {
        samples[i] = System.nanoTime() - begin;
      }
    }
    return RoundTrips.p50(samples);
  }

  private static boolean fill(SocketChannel channel, ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        return false;
      }
    }
    bytes.flip();
    return true;
  }

  private static void drain(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
