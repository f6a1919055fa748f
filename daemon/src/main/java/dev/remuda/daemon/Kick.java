package dev.remuda.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.sql.DataSource;

/**
 * A word from outside that there is something to do now. It carries no authority and no data that a
 * run depends on; it may come twice, late or not at all. Jobs of one daemon with equal kicks share
 * one socket, connection or signal handler.
 */
public sealed interface Kick extends Trigger permits UdpKick, PostgresKick, SignalKick, SourceKick {
  /**
   * Any datagram at a port of the loopback, IPv4 and IPv6 where the machine has it.
   *
   * @param port from 1 to 65535, or 0 for a free one, which the daemon's counts tell
   */
  static Kick udp(int port) {
    return new UdpKick(List.of(), port);
  }

  /** Any datagram at these addresses, which need not be of the loopback; all with one port. */
  static Kick udp(int port, InetAddress... addresses) {
    return new UdpKick(List.of(addresses), port);
  }

  /**
   * PostgreSQL's NOTIFY on a channel, heard on a connection that is made for it and made again when
   * it is lost; also each such new connection kicks, for what was missed. Needs PostgreSQL's
   * driver.
   *
   * @param dataSource gives connections of PostgreSQL's driver; one is kept all the time
   * @param channel its name as in {@code LISTEN "name"}, 63 bytes at the most
   */
  static Kick postgres(DataSource dataSource, String channel) {
    return new PostgresKick(new PostgresKick.Pooled(dataSource), channel);
  }

  /** The same with a connection of its own by a JDBC URL. */
  static Kick postgres(String url, String channel) {
    return new PostgresKick(new PostgresKick.Url(url), channel);
  }

  /**
   * A signal of the operating system, such as {@code USR1}; those that the JVM has for itself are
   * refused, and those that end or reload the daemon where {@link Daemon.Builder#run} has them.
   */
  static Kick signal(String name) {
    return new SignalKick(name);
  }

  /** Anything else that can call a method when there is something to do. */
  static Kick by(String description, KickSource source) {
    return new SourceKick(description, source);
  }

  /** Sends a kick to where a daemon hears {@link #udp}; does not block. */
  static void send(InetSocketAddress address) throws IOException {
    if (address.isUnresolved()) {
      throw new IOException("unknown host " + address.getHostString());
    }
    try (var channel = DatagramChannel.open()) {
      channel.send(ByteBuffer.wrap("kick".getBytes(StandardCharsets.US_ASCII)), address);
    }
  }
}
