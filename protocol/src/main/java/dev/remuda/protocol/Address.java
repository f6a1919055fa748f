package dev.remuda.protocol;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a server listens: {@code unix:PATH}, {@code tcp:HOST:PORT} or {@code tls:HOST:PORT}. */
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
    /** Refuses an empty host, one with a bracket, and a port outside 0 to 65535. */
    public Tcp {
      requirePort("tcp:", host, port);
    }

    @Override
    public String toString() {
      return text("tcp:", host, port);
    }
  }

  /**
   * TLS 1.3 on a TCP socket, where both sides show a certificate; port 0 lets the kernel choose
   * where one listens.
   */
  record Tls(String host, int port) implements Address {
    /** Refuses an empty host, one with a bracket, and a port outside 0 to 65535. */
    public Tls {
      requirePort("tls:", host, port);
    }

    @Override
    public String toString() {
      return text("tls:", host, port);
    }
  }

  private static void requirePort(String scheme, String host, int port) {
    if (host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
      throw new IllegalArgumentException(
          scheme + "HOST:PORT has one pair of brackets at the most, around an IPv6 host: " + host);
    }
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          scheme
              + "HOST:PORT needs a host and a port from 0 to 65535: "
              + scheme
              + host
              + ":"
              + port);
    }
  }

  private static String text(String scheme, String host, int port) {
    return scheme + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * Reads {@code unix:PATH}, {@code tcp:HOST:PORT} or {@code tls:HOST:PORT} (an IPv6 host in
   * brackets).
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
    boolean tls = text.startsWith("tls:");
    if (!tls && !text.startsWith("tcp:")) {
      throw new IllegalArgumentException(
          "not an address: '" + text + "' (write unix:PATH, tcp:HOST:PORT or tls:HOST:PORT)");
    }
    int colon = text.lastIndexOf(':');
    String host = colon < "tcp:".length() ? "" : text.substring("tcp:".length(), colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return tls ? new Tls(host, port) : new Tcp(host, port);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a port number in '" + text + "'", e);
    }
  }
}
