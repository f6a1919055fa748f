package dev.remuda.queue;

import java.net.InetAddress;
import java.util.List;

/** The addresses that only this machine reaches. */
final class Loopback {
  static final List<InetAddress> ADDRESSES =
      List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

  private Loopback() {}
}
