package dev.remuda.daemon;

import java.net.InetSocketAddress;

/** What is done with a datagram. */
@FunctionalInterface
public interface DatagramHandler {
  /**
   * One datagram; called on the thread that reads the socket, so what blocks here lets the kernel's
   * buffer fill. There is one such thread for each address.
   *
   * @param data the bytes, the handler's own
   * @param from who sent it, or pretends to have: anybody can write any address
   * @throws MalformedDatagramException when it is not what was expected: it is counted
   * @throws Exception is counted and logged, and the next datagram comes all the same
   */
  void received(byte[] data, InetSocketAddress from) throws Exception;
}
