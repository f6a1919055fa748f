package dev.remuda.status;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a status page was told.
 *
 * @param watched pools and servers that are not the daemon's own, by their names
 * @param stalledAfter for how long a connection may take nothing before it is cut off
 */
record PageSettings(
    int port,
    List<String> addresses,
    Set<String> hosts,
    boolean actions,
    @Nullable Path tokenFile,
    @Nullable Path certificate,
    @Nullable Path key,
    boolean insecure,
    Map<String, Object> watched,
    Duration stalledAfter) {
  static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");
  private static final Duration STALLED_AFTER = Duration.ofSeconds(10);
  private static final int MOST_PORT = 65_535;

  PageSettings {
    addresses = List.copyOf(addresses);
    hosts = Set.copyOf(hosts);
  }

  static PageSettings on(int port) {
    return new PageSettings(
        port, LOOPBACK, Set.of(), false, null, null, null, false, Map.of(), STALLED_AFTER);
  }

  /** The same, to be changed. */
  Draft draft() {
    return new Draft(this);
  }

  /** Settings while one of them is changed. */
  static final class Draft {
    final int port;
    List<String> addresses;
    Set<String> hosts;
    boolean actions;
    @Nullable Path tokenFile;
    @Nullable Path certificate;
    @Nullable Path key;
    boolean insecure;
    Map<String, Object> watched;
    Duration stalledAfter;

    private Draft(PageSettings from) {
      port = from.port;
      addresses = from.addresses;
      hosts = from.hosts;
      actions = from.actions;
      tokenFile = from.tokenFile;
      certificate = from.certificate;
      key = from.key;
      insecure = from.insecure;
      watched = from.watched;
      stalledAfter = from.stalledAfter;
    }

    PageSettings settings() {
      return new PageSettings(
          port,
          addresses,
          hosts,
          actions,
          tokenFile,
          certificate,
          key,
          insecure,
          watched,
          stalledAfter);
    }
  }

  /** The address that a literal means; null for a name, which could come to mean another. */
  static @Nullable InetAddress literal(String address) {
    try {
      return InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether others than this machine's users can reach it. */
  boolean isReachable() {
    return addresses.stream()
        .map(PageSettings::literal)
        .anyMatch(address -> address != null && !address.isLoopbackAddress());
  }

  boolean hasTls() {
    return certificate != null && key != null;
  }

  List<String> problems() {
    var problems = new ArrayList<String>();
    if (port < 0 || port > MOST_PORT) {
      problems.add("the port " + port + " is not between 0 and " + MOST_PORT);
    }
    if (addresses.isEmpty()) {
      problems.add("it has no address to listen at");
    }
    for (String address : addresses) {
      if (literal(address) == null) {
        problems.add("'" + address + "' is no IP address to listen at, such as 127.0.0.1 or ::1");
      }
    }
    if (new HashSet<>(addresses).size() < addresses.size()) {
      problems.add("an address is given twice: " + addresses);
    }
    beyondLoopback(problems);
    readable("certificate", certificate, problems);
    readable("key", key, problems);
    return problems;
  }

  private void beyondLoopback(List<String> problems) {
    if (!isReachable()) {
      return;
    }
    if (tokenFile == null) {
      problems.add(
          "others can reach " + addresses + ", so it needs a token: token(FILE) says where it is");
    }
    if (!hasTls() && !insecure) {
      problems.add(
          "others can reach "
              + addresses
              + ", so it needs TLS: tls(CERTIFICATE, KEY), or insecure() where the network is to be"
              + " trusted with the token");
    }
  }

  private static void readable(String what, @Nullable Path file, List<String> problems) {
    if (file != null && !Files.isReadable(file)) {
      problems.add("the " + what + " " + file + " cannot be read");
    }
  }
}
