package dev.remuda.queue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Who this process is.
 *
 * @param name for people
 * @param host the same for processes that share their loopback addresses
 */
record ThisProcess(String name, String host) {
  private static final int LONGEST = 100;

  static ThisProcess describe() {
    String host = Texts.bounded(hostName(), LONGEST);
    return new ThisProcess(ProcessHandle.current().pid() + "@" + host, host + " " + network());
  }

  private static String hostName() {
    String named = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "");
    if (!named.isBlank()) {
      return named;
    }
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress().getHostName();
    }
  }

  /** Containers of one host have loopback addresses of their own. */
  private static String network() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }
}
