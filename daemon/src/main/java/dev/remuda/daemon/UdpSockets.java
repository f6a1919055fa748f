package dev.remuda.daemon;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Opens the sockets for one port at several addresses. */
final class UdpSockets {
  private static final int MAX_PORT = 65_535;

  /** How often another free port is tried where one was not free at all addresses. */
  private static final int TRIES = 20;

  private UdpSockets() {}

  static List<String> problems(int port) {
    return port >= 0 && port <= MAX_PORT
        ? List.of()
        : List.of("the UDP port " + port + " is not between 0 and " + MAX_PORT);
  }

  static String text(List<InetAddress> addresses, int port) {
    return addresses.isEmpty()
        ? "loopback:" + port
        : addresses.stream()
            .map(address -> text(new InetSocketAddress(address, port)))
            .collect(Collectors.joining(" "));
  }

  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /**
   * Opens a socket for each address, or for each of the loopback's where none is given.
   *
   * @param receiveBuffer bytes that are asked for; 0 for the system's default
   * @throws IOException naming the address that cannot be had
   */
  static List<DatagramChannel> open(List<InetAddress> addresses, int port, int receiveBuffer)
      throws IOException {
    List<InetAddress> all = addresses.isEmpty() ? loopback() : addresses;
    for (int left = port == 0 && all.size() > 1 ? TRIES : 1; ; left--) {
      try {
        return openAll(all, port, receiveBuffer);
      } catch (IOException e) {
        if (left <= 1) {
          throw e;
        }
      }
    }
  }

  private static List<InetAddress> loopback() throws IOException {
    var found = new ArrayList<InetAddress>();
    for (byte[] bytes : List.of(new byte[] {127, 0, 0, 1}, ipv6Loopback())) {
      InetAddress address = InetAddress.getByAddress(bytes);
      if (NetworkInterface.getByInetAddress(address) != null) {
        found.add(address);
      }
    }
    return found;
  }

  private static byte[] ipv6Loopback() {
    var bytes = new byte[16];
    bytes[15] = 1;
    return bytes;
  }

  private static List<DatagramChannel> openAll(
      List<InetAddress> addresses, int port, int receiveBuffer) throws IOException {
    var channels = new ArrayList<DatagramChannel>();
    try {
      int chosen = port;
      for (InetAddress address : addresses) {
        DatagramChannel channel = bind(new InetSocketAddress(address, chosen), receiveBuffer);
        channels.add(channel);
        chosen = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      }
      return channels;
    } catch (IOException e) {
      close(channels);
      throw e;
    }
  }

  private static DatagramChannel bind(InetSocketAddress address, int receiveBuffer)
      throws IOException {
    boolean ipv6 = address.getAddress() instanceof Inet6Address;
    DatagramChannel channel =
        DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    try {
      if (receiveBuffer > 0) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
      }
      return channel.bind(address);
    } catch (IOException e) {
      channel.close();
      var named = new BindException("UDP " + text(address) + ": " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  static List<InetSocketAddress> addresses(List<DatagramChannel> channels) {
    var addresses = new ArrayList<InetSocketAddress>();
    for (DatagramChannel channel : channels) {
      try {
        if (channel.getLocalAddress() instanceof InetSocketAddress address) {
          addresses.add(address);
        }
      } catch (IOException e) {
        // It was closed meanwhile.
      }
    }
    return addresses;
  }

  static void close(List<DatagramChannel> channels) {
    for (DatagramChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // There is nothing more to be done for it.
      }
    }
  }
}
