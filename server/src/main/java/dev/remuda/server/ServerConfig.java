package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a server was built with, checked.
 *
 * @param standby workers kept waiting, for each address
 * @param maxWorkers processes at the most, all addresses together; 0 for no limit
 * @param rules when workers are replaced
 * @param startLimit how long a worker's start may take; zero for ever
 * @param access who may connect to the unix sockets
 * @param environment the workers' whole environment
 * @param workingDirectory theirs, or null for this process's
 * @param control where the supervisor itself answers, or null for nowhere
 * @param crashReports the folder for the JVM's reports
 * @param tls what tls: addresses go by, or null where there are none
 * @param aotCache whether JVM workers start from a cache, and where those lie
 */
record ServerConfig(
    String name,
    List<Address> addresses,
    WorkerProgram program,
    int standby,
    int maxWorkers,
    RetireRules rules,
    Duration startLimit,
    SocketAccess access,
    Map<String, String> environment,
    @Nullable Path workingDirectory,
    Address.@Nullable Unix control,
    Path crashReports,
    @Nullable TlsContext tls,
    AotCache aotCache,
    WorkerOutput output) {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** Every setting by name, in the order in which people want to read them. */
  Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    program.describe(settings);
    settings.put(
        "listen", addresses.stream().map(Address::toString).collect(Collectors.joining(",")));
    settings.put("control", control == null ? "none" : control.toString());
    if (tls != null) {
      settings.put("tls", tls.files().toString());
    }
    settings.put("socketMode", access.mode());
    if (access.group() != null) {
      settings.put("socketGroup", access.group());
    }
    if (!access.users().isEmpty()) {
      settings.put("allowUsers", String.join(",", access.users()));
    }
    settings.put("standby", String.valueOf(standby));
    settings.put("maxWorkers", maxWorkers == 0 ? "none" : String.valueOf(maxWorkers));
    rules.describe(settings);
    settings.put("crashReports", crashReports.toString());
    settings.put("aotCache", aotCache.toString());
    return settings;
  }

  /**
   * What the control address tells of the server.
   *
   * @param listening the addresses with the ports that the kernel chose
   */
  Map<String, Object> description(List<Address> listening) {
    var description = new LinkedHashMap<String, Object>();
    description.put("name", name);
    description.put("pid", ProcessHandle.current().pid());
    description.put("listen", listening.stream().map(Address::toString).toList());
    description.put("maxWorkers", maxWorkers);
    return description;
  }

  String describe() {
    return "remuda-server "
        + name
        + ": "
        + settings().entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(" "));
  }

  /** Says at each start where anybody may call, which nothing but insecure() allows. */
  void warnOfOpenDoors(List<Address> listening) {
    for (Address address : listening) {
      String who =
          switch (address) {
            case Address.Unix(Path path) -> openDoor(path);
            case Address.Tcp(String host, int _) ->
                isLoopback(host)
                    ? null
                    : "no TLS there, so whoever reaches it may call, and whoever is on the way may"
                        + " read along";
            case Address.Tls _ -> null;
          };
      if (who != null) {
        LOG.log(
            System.Logger.Level.WARNING, "{0} listens on {1}, insecurely: {2}", name, address, who);
      }
    }
  }

  private @Nullable String openDoor(Path socket) {
    if (access.isOpenToAll()) {
      return "whoever is on this host may call";
    }
    Path folder = socket.toAbsolutePath().getParent();
    try {
      return folder != null && SocketAccess.isAnothers(folder)
          ? "its folder belongs to another user, who may put another socket in its place"
          : null;
    } catch (IOException e) {
      return null; // it has been opened there, and was looked at before
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // to listen there fails, and says so
    }
  }
}
