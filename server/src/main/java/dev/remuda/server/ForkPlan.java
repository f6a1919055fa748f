package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import dev.remuda.protocol.TlsFiles;
import dev.remuda.protocol.WireType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ServerConfig} as it travels to the process of a {@link ForkedServer}, in values of the
 * wire: each component is what the component of that name is there.
 *
 * @param java null where a command is served
 * @param command empty where a class is served
 * @param replaceWithin as {@link TaskServer.Builder#replace} was told; null where it was not
 */
record ForkPlan(
    String name,
    List<String> addresses,
    @Nullable Java java,
    List<String> command,
    int standby,
    int maxWorkers,
    int maxCheckouts,
    Duration maxAge,
    Duration maxIdle,
    long softMemory,
    long hardMemory,
    Duration startLimit,
    String socketMode,
    @Nullable String socketGroup,
    List<String> users,
    boolean inAnyFolder,
    Map<String, String> environment,
    @Nullable Path workingDirectory,
    @Nullable String control,
    Path crashReports,
    @Nullable Tls tls,
    @Nullable Path aotFolder,
    @Nullable Duration aotTrainAfter,
    int aotNiceness,
    @Nullable Duration replaceWithin) {
  private static final WireType TYPE = WireType.of(ForkPlan.class);

  /** A {@link WorkerProgram.Java}. */
  record Java(
      Path javaHome,
      List<String> jvmArguments,
      List<Path> classPath,
      String implementation,
      @Nullable String contract,
      Duration hungWorkerTimeout,
      int maxCheckouts,
      boolean lazySetup,
      @Nullable String control,
      @Nullable String peers) {}

  /** A {@link TlsFiles}. */
  record Tls(Path certificate, Path key, Path authorities, @Nullable Path allowed) {}

  /** By hand: in the host this package may be closed to whoever reads records. */
  static Map<String, @Nullable Object> toWire(
      ServerConfig config, @Nullable Duration replaceWithin) {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("name", config.name());
    wire.put("addresses", config.addresses().stream().map(Address::toString).toList());
    wire.put("java", config.program() instanceof WorkerProgram.Java java ? toWire(java) : null);
    wire.put(
        "command",
        config.program() instanceof WorkerProgram.Command(List<String> words) ? words : List.of());
    wire.put("standby", config.standby());
    wire.put("maxWorkers", config.maxWorkers());
    RetireRules rules = config.rules();
    wire.put("maxCheckouts", rules.maxCheckouts());
    wire.put("maxAge", rules.maxAge());
    wire.put("maxIdle", rules.maxIdle());
    wire.put("softMemory", rules.softMemory());
    wire.put("hardMemory", rules.hardMemory());
    wire.put("startLimit", config.startLimit());
    wire.put("socketMode", config.access().mode());
    wire.put("socketGroup", config.access().group());
    wire.put("users", config.access().users());
    wire.put("inAnyFolder", config.access().inAnyFolder());
    wire.put("environment", config.environment());
    wire.put("workingDirectory", config.workingDirectory());
    wire.put("control", config.control() == null ? null : config.control().toString());
    wire.put("crashReports", config.crashReports());
    wire.put("aotFolder", config.aotCache().folder());
    wire.put("aotTrainAfter", config.aotCache().trainAfter());
    wire.put("aotNiceness", config.aotCache().niceness());
    wire.put("replaceWithin", replaceWithin);
    wire.put("tls", config.tls() == null ? null : toWire(config.tls().files()));
    return wire;
  }

  private static Map<String, @Nullable Object> toWire(TlsFiles files) {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("certificate", files.certificate());
    wire.put("key", files.key());
    wire.put("authorities", files.authorities());
    wire.put("allowed", files.allowed());
    return wire;
  }

  private static Map<String, @Nullable Object> toWire(WorkerProgram.Java java) {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("javaHome", java.javaHome());
    wire.put("jvmArguments", java.jvmArguments());
    wire.put("classPath", java.classPath());
    wire.put("implementation", java.implementation());
    wire.put("contract", java.contract());
    wire.put("hungWorkerTimeout", java.hungWorkerTimeout());
    wire.put("maxCheckouts", java.maxCheckouts());
    wire.put("lazySetup", java.lazySetup());
    wire.put("control", java.control());
    wire.put("peers", java.peers());
    return wire;
  }

  static ForkPlan fromWire(@Nullable Object wire) {
    return (ForkPlan) Objects.requireNonNull(TYPE.read(wire));
  }

  ServerConfig config(WorkerOutput output) {
    return new ServerConfig(
        name,
        addresses.stream().map(Address::parse).toList(),
        java == null ? new WorkerProgram.Command(command) : program(java),
        standby,
        maxWorkers,
        new RetireRules(maxCheckouts, maxAge, maxIdle, softMemory, hardMemory),
        startLimit,
        new SocketAccess(socketMode, socketGroup, users, inAnyFolder),
        environment,
        workingDirectory,
        control == null ? null : (Address.Unix) Address.parse(control),
        crashReports,
        tls == null ? null : context(tls),
        new AotCache(aotFolder, aotTrainAfter, aotNiceness),
        output);
  }

  private static TlsContext context(Tls tls) {
    try {
      return TlsContext.of(
          new TlsFiles(tls.certificate, tls.key, tls.authorities, tls.allowed),
          TlsContext.Side.SERVER);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static WorkerProgram program(Java java) {
    return new WorkerProgram.Java(
        java.javaHome,
        java.jvmArguments,
        java.classPath,
        java.implementation,
        java.contract,
        java.hungWorkerTimeout,
        java.maxCheckouts,
        java.lazySetup,
        java.control,
        java.peers);
  }
}
