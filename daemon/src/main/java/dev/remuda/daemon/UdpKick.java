package dev.remuda.daemon;

import java.net.InetAddress;
import java.util.List;

/**
 * See {@link Kick#udp}.
 *
 * @param addresses where; none for the loopback's
 * @param port at which port
 */
record UdpKick(List<InetAddress> addresses, int port) implements Kick {
  /** Copies the list. */
  UdpKick {
    addresses = List.copyOf(addresses);
  }

  @Override
  public List<String> problems() {
    return UdpSockets.problems(port);
  }

  @Override
  public String toString() {
    return "udp " + UdpSockets.text(addresses, port);
  }
}
