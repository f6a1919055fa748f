package dev.remuda.server;

import dev.remuda.protocol.Address;
import java.nio.file.Path;
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
 * @param environment the workers' whole environment
 * @param workingDirectory theirs, or null for this process's
 * @param crashReports the folder for the JVM's reports
 */
record ServerConfig(
    String name,
    List<Address> addresses,
    WorkerProgram program,
    int standby,
    int maxWorkers,
    Map<String, String> environment,
    @Nullable Path workingDirectory,
    Path crashReports,
    WorkerOutput output) {

  /** Every setting by name, in the order in which people want to read them. */
  Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    program.describe(settings);
    settings.put(
        "listen", addresses.stream().map(Address::toString).collect(Collectors.joining(",")));
    settings.put("standby", String.valueOf(standby));
    settings.put("maxWorkers", maxWorkers == 0 ? "none" : String.valueOf(maxWorkers));
    settings.put("crashReports", crashReports.toString());
    return settings;
  }

  String describe() {
    return "remuda-server "
        + name
        + ": "
        + settings().entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(" "));
  }
}
