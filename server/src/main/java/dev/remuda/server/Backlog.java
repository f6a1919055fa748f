package dev.remuda.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Counts the connections that wait in a listening socket's queue, from the kernel's own tables. */
final class Backlog {
  private static final int UNIX_INODE = 6;
  private static final int UNIX_PATH = 7;
  private static final int TCP_QUEUES = 4;
  private static final int TCP_INODE = 9;

  private Backlog() {}

  static int of(Address address, int fd) throws IOException {
    return switch (address) {
      case Address.Unix(Path path) -> unix(path);
      case Address.Tcp _, Address.Tls _ -> tcp(fd);
    };
  }

  /** A connection that nobody has accepted stands under the listener's path without an inode. */
  private static int unix(Path path) throws IOException {
    int count = 0;
    // Not as UTF-8: names of other programs' sockets may be any bytes.
    String name = new String(path.toString().getBytes(UTF_8), ISO_8859_1);
    for (String line : Files.readAllLines(Path.of("/proc/net/unix"), ISO_8859_1)) {
      List<String> fields = fields(line, UNIX_PATH + 1);
      if (fields.size() > UNIX_PATH
          && fields.get(UNIX_INODE).equals("0")
          && fields.get(UNIX_PATH).equals(name)) {
        count++;
      }
    }
    return count;
  }

  /** The receive queue of a listening TCP socket is its backlog. */
  private static int tcp(int fd) throws IOException {
    String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
    String inode = link.substring("socket:[".length(), link.length() - 1);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        List<String> fields = fields(line, 32);
        if (fields.size() > TCP_INODE && fields.get(TCP_INODE).equals(inode)) {
          String queues = fields.get(TCP_QUEUES);
          return Integer.parseInt(queues.substring(queues.indexOf(':') + 1), 16);
        }
      }
    }
    return 0;
  }

  private static List<String> fields(String line, int atMost) {
    return List.of(line.strip().split("\\s+", atMost));
  }
}
