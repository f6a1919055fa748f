package dev.remuda.protocol;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a server listens: {@code unix:PATH} or {@code tcp:HOST:PORT}. */
public sealed interface Address {
  /**
   * How long the path of a unix socket may be, in bytes: the kernel takes 107, the JDK one less.
   */
  int MAX_UNIX_PATH_BYTES = 106;

  /** A unix stream socket. */
  record Unix(Path path) implements Address {
    /** Refuses a path that the kernel would. */
    public Unix {
      int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
      if (bytes == 0 || bytes > MAX_UNIX_PATH_BYTES) {
        throw new IllegalArgumentException(
            "the path of a unix socket has 1 to "
                + MAX_UNIX_PATH_BYTES
                + " bytes, this has "
                + bytes
                + ": "
                + path);
      }
    }

    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** A TCP socket; port 0 lets the kernel choose where one listens. */
  record Tcp(String host, int port) implements Address {
    /** Refuses an empty host and a port outside 0 to 65535. */
    public Tcp {
      if (host.isEmpty() || port < 0 || port > 65_535) {
        throw new IllegalArgumentException(
            "tcp:HOST:PORT needs a host and a port from 0 to 65535: tcp:" + host + ":" + port);
      }
    }

    @Override
    public String toString() {
      return "tcp:" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Reads {@code unix:PATH} or {@code tcp:HOST:PORT} (an IPv6 host in brackets).
   *
   * @throws IllegalArgumentException naming what is wrong with {@code text}
   */
  static Address parse(String text) {
    if (text.startsWith("unix:")) {
      try {
        return new Unix(Path.of(text.substring("unix:".length())));
      } catch (InvalidPathException e) {
        throw new IllegalArgumentException("not a path: " + text, e);
      }
    }
    if (text.startsWith("tcp:")) {
      return tcp(text, text.substring("tcp:".length()));
    }
    throw new IllegalArgumentException(
        "not an address: '" + text + "' (write unix:PATH or tcp:HOST:PORT)");
  }

  private static Address tcp(String text, String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = colon < 0 ? "" : hostAndPort.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new Tcp(host, Integer.parseInt(hostAndPort.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a port number in '" + text + "'", e);
    }
  }
}
