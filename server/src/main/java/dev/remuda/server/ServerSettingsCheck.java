package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import dev.remuda.protocol.TlsFiles;
import dev.remuda.worker.ServedClass;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks at all settings of a server together: what cannot be is named at once, with its value. */
final class ServerSettingsCheck {
  private static final Duration MOST_HUNG_WORKER_TIMEOUT = Duration.ofDays(365);

  private final ServerSettings given;
  private final List<String> problems;

  ServerSettingsCheck(ServerSettings given) {
    this.given = given;
    this.problems = new ArrayList<>(given.problems);
  }

  /**
   * What the server is built with.
   *
   * @throws IllegalArgumentException naming all that cannot be
   */
  ServerConfig config() {
    requireSane();
    TlsContext context = tlsContext();
    Address.Unix control = controlAddress();
    AotCache aot = aotCache();
    WorkerProgram program =
        problems.isEmpty() ? program(control) : new WorkerProgram.Command(List.of());
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new ServerConfig(
        given.name,
        List.copyOf(given.listen),
        program,
        given.standby,
        given.maxWorkers,
        given.rules(),
        given.hungWorkerTimeout,
        given.access(),
        environment(control),
        given.workingDirectory,
        control,
        given.crashReports,
        context,
        aot,
        given.output);
  }

  private @Nullable TlsContext tlsContext() {
    List<Address> where = given.listen.stream().filter(Address.Tls.class::isInstance).toList();
    require(
        where.isEmpty() || given.tls != null, where + " needs tls(CERTIFICATE, KEY, AUTHORITIES)");
    require(
        !where.isEmpty() || given.tls == null,
        "tls(" + given.tls + ") is for tls: addresses, and there is none in " + given.listen);
    require(
        where.isEmpty() || given.replaceWithin == null,
        "replace() cannot take over "
            + where
            + ": only unix: and tcp: are handed on; drain the other server first");
    require(
        given.allowedClients == null || given.tls != null,
        "allowClients(" + given.allowedClients + ") is for tls: addresses");
    if (given.tls == null) {
      return null;
    }
    try {
      var files =
          new TlsFiles(
              given.tls.certificate(),
              given.tls.key(),
              given.tls.authorities(),
              given.allowedClients);
      return TlsContext.of(files, TlsContext.Side.SERVER);
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** What system properties and environment say is not looked at where the program says it. */
  private AotCache aotCache() {
    try {
      return given.aotCache == null ? AotCache.ofThisUser() : given.aotCache;
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
      return AotCache.OFF;
    }
  }

  private Address.@Nullable Unix controlAddress() {
    try {
      if (given.control instanceof Address.Unix(Path path)) {
        return new Address.Unix(path.toAbsolutePath());
      }
      require(given.control == null, "the control address is unix:PATH, not " + given.control);
      for (Address address : given.listen) {
        if (address instanceof Address.Unix(Path path)) {
          return new Address.Unix(Path.of(path.toAbsolutePath() + ".ctl"));
        }
      }
    } catch (IllegalArgumentException e) {
      problems.add("no control address beside the socket, say control(ADDRESS): " + e.getMessage());
    }
    return null;
  }

  /** Not with what this process, if it is a worker itself, was given by its own supervisor. */
  private Map<String, String> environment(Address.@Nullable Unix control) {
    var all = new LinkedHashMap<>(given.environment);
    all.keySet().removeAll(InheritedSockets.VARIABLES);
    if (control == null) {
      all.remove(WorkerProgram.CONTROL_VARIABLE);
    } else {
      all.put(WorkerProgram.CONTROL_VARIABLE, control.toString());
    }
    return all;
  }

  private void requireSane() {
    require(
        given.replaceWithin == null
            || given.listen.isEmpty()
            || given.control != null
            || given.listen.stream().anyMatch(Address.Unix.class::isInstance),
        "replace() asks at a control address: say control(ADDRESS), as the other server did");
    require(
        given.name.matches("[\\w.-]{1,64}"),
        "a name has 1 to 64 of A-Z a-z 0-9 _ . -, not " + given.name);
    require(!given.listen.isEmpty(), "listen(ADDRESS) is missing");
    require(
        given.listen.stream().map(ServerSettingsCheck::place).distinct().count()
            == given.listen.size(),
        "an address twice in " + given.listen);
    require(
        given.control == null
            || given.listen.stream()
                .map(ServerSettingsCheck::place)
                .noneMatch(place(given.control)::equals),
        "the control address " + given.control + " is among those that are listened on");
    require(
        (given.implementation == null) != (given.command == null),
        "either a class or a command is served, not " + (given.command == null ? "none" : "both"));
    require(given.command == null || !given.command.isEmpty(), "the command is empty");
    problems.addAll(given.rules().problems());
    given.access().check(problems, given.insecure, given.command != null);
    require(
        given.command == null || given.maxCheckouts == 0,
        "maxCheckouts is counted by workers that serve a class; a command counts for itself");
    require(given.standby >= 0, "standby is at least 0, not " + given.standby);
    require(
        given.maxWorkers >= 0,
        "maxWorkers is at least 1, or 0 for no limit, not " + given.maxWorkers);
    require(
        given.standby < 0
            || given.maxWorkers <= 0
            || (long) given.standby * given.listen.size() <= given.maxWorkers,
        "standby "
            + given.standby
            + " on "
            + given.listen.size()
            + " addresses is over maxWorkers "
            + given.maxWorkers);
    require(
        !given.hungWorkerTimeout.isNegative(),
        "hungWorkerTimeout is negative: " + given.hungWorkerTimeout);
    require(
        given.hungWorkerTimeout.isZero()
            || given.hungWorkerTimeout.isNegative()
            || (given.hungWorkerTimeout.compareTo(Duration.ofMillis(1)) >= 0
                && given.hungWorkerTimeout.compareTo(MOST_HUNG_WORKER_TIMEOUT) <= 0),
        "hungWorkerTimeout is 1 ms to 365 days, or zero for ever, not " + given.hungWorkerTimeout);
    for (String variable : given.environment.keySet()) {
      require(
          !variable.isEmpty() && variable.indexOf('=') < 0,
          "not the name of an environment variable: '" + variable + "'");
    }
    require(
        Files.isExecutable(given.javaHome.resolve("bin/java")),
        "there is no bin/java in " + given.javaHome);
    require(
        given.workingDirectory == null || Files.isDirectory(given.workingDirectory),
        "the working directory does not exist: " + given.workingDirectory);
    for (Address address : given.listen) {
      requireSafe(address);
    }
  }

  /** The same for addresses that cannot both be listened on, in whatever words. */
  private static Object place(Address address) {
    return switch (address) {
      case Address.Unix(Path path) -> SocketPath.canonical(path);
      case Address.Tcp(String host, int port) -> port == 0 ? address : place(host, port);
      case Address.Tls(String host, int port) -> port == 0 ? address : place(host, port);
    };
  }

  private static InetSocketAddress place(String host, int port) {
    return new InetSocketAddress(host, port); // equal where it resolves to the same
  }

  private void requireSafe(Address address) {
    if (address instanceof Address.Tcp(String host, int port) && !given.insecure) {
      try {
        require(
            InetAddress.getByName(host).isLoopbackAddress(),
            address
                + " is not on the loopback, so anybody may call: listen on tls:, or say"
                + " insecure() if you mean it");
      } catch (UnknownHostException e) {
        problems.add("there is no host " + host);
      }
    }
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }

  private WorkerProgram program(Address.@Nullable Unix control) {
    if (given.command != null) {
      return new WorkerProgram.Command(given.command);
    }
    List<Path> path = given.classPath == null ? WorkerClassPath.ofThisJvm() : given.classPath;
    String served = Objects.requireNonNull(given.implementation);
    try {
      if (given.contract == null) {
        ServedClass.check(WorkerClassPath.find(served, path), null);
      }
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    var arguments = new ArrayList<>(TaskServer.DEFAULT_JVM_ARGUMENTS);
    arguments.add("-Xmx" + JvmHeap.mebibytes(given.maxWorkers) + "m");
    arguments.add("-XX:ErrorFile=" + given.crashReports.resolve("hs_err_pid%p.log"));
    arguments.addAll(given.jvmArguments);
    return new WorkerProgram.Java(
        given.javaHome,
        arguments,
        path,
        served,
        given.contract,
        given.hungWorkerTimeout,
        given.maxCheckouts,
        given.lazySetup,
        control == null ? null : control.toString(),
        given.access().peers());
  }
}
