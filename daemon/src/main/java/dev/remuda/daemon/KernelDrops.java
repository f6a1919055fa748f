package dev.remuda.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the kernel threw away before a socket's owner read it, from {@code /proc/net/udp}. */
final class KernelDrops {
  private static final int LOCAL = 1;
  private static final int DROPS = 12;

  private KernelDrops() {}

  /** For the socket at an address; nothing where the system does not tell. Reads a file. */
  static OptionalLong of(InetSocketAddress local) {
    byte[] address = local.getAddress().getAddress();
    String name = hex(address) + String.format(Locale.ROOT, ":%04X", local.getPort());
    Path table = Path.of(address.length == 4 ? "/proc/net/udp" : "/proc/net/udp6");
    try (Stream<String> lines = Files.lines(table)) {
      return lines
          .skip(1)
          .map(line -> line.strip().split("\\s+", -1))
          .filter(fields -> fields.length > DROPS && fields[LOCAL].equals(name))
          .mapToLong(fields -> Long.parseUnsignedLong(fields[DROPS]))
          .findFirst();
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }

  /** As the kernel prints an address: words of four bytes, in its own byte order. */
  private static String hex(byte[] address) {
    var text = new StringBuilder();
    ByteBuffer words = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
    while (words.hasRemaining()) {
      text.append(String.format(Locale.ROOT, "%08X", words.getInt()));
    }
    return text.toString();
  }
}
