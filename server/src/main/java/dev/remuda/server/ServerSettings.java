package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsFiles;
import dev.remuda.worker.ServedClass;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link TaskServer.Builder} was told so far, as it was said: not checked yet. */
final class ServerSettings {
  final List<Address> listen = new ArrayList<>();

  /** What was told in words that mean nothing. */
  final List<String> problems = new ArrayList<>();

  final List<String> jvmArguments = new ArrayList<>();
  final Map<String, String> environment = new LinkedHashMap<>(System.getenv());
  String name = "remuda";
  @Nullable String implementation;
  @Nullable String contract;
  @Nullable List<Path> classPath;
  @Nullable List<String> command;
  @Nullable Path workingDirectory;
  @Nullable Address control;
  Path javaHome = Path.of(System.getProperty("java.home"));
  Path crashReports = CrashReports.defaultFolder();
  @Nullable AotCache aotCache;
  int standby = TaskServer.DEFAULT_STANDBY;
  int maxWorkers;
  Duration hungWorkerTimeout = TaskServer.DEFAULT_HUNG_WORKER_TIMEOUT;
  int maxCheckouts;
  Duration maxAge = Duration.ZERO;
  Duration maxIdle = Duration.ZERO;
  long softMemoryLimit;
  long hardMemoryLimit;
  boolean lazySetup;
  boolean insecure;
  @Nullable TlsFiles tls;
  @Nullable Path allowedClients;
  String socketMode = SocketAccess.OWNER_ONLY_MODE;
  @Nullable String socketGroup;
  final Set<String> allowedUsers = new LinkedHashSet<>();
  @Nullable Duration replaceWithin;
  WorkerOutput output = LoggedOutput.INSTANCE;

  /** Serves the public methods of a class, or those of an interface that it implements. */
  void serve(Class<?> served, @Nullable Class<?> servedInterface) {
    try {
      ServedClass.check(served, servedInterface);
      Set<Path> needed = new LinkedHashSet<>(WorkerClassPath.ofThisJvm());
      needed.add(WorkerClassPath.locationOf(served));
      if (servedInterface != null && !WorkerClassPath.isOfTheJdk(servedInterface)) {
        needed.add(WorkerClassPath.locationOf(servedInterface));
      }
      if (classPath == null) {
        classPath = List.copyOf(needed);
      }
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    implementation = served.getName();
    contract = servedInterface == null ? null : servedInterface.getName();
  }

  SocketAccess access() {
    return new SocketAccess(socketMode, socketGroup, List.copyOf(allowedUsers), insecure);
  }

  RetireRules rules() {
    return new RetireRules(maxCheckouts, maxAge, maxIdle, softMemoryLimit, hardMemoryLimit);
  }
}
