package dev.remuda.server;

import dev.remuda.worker.WorkerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker process runs. */
sealed interface WorkerProgram {
  /** Where a program in any language finds the control address that it may announce. */
  String CONTROL_VARIABLE = "REMUDA_CONTROL";

  /** The program's file, or a name to find on the path. */
  String executable();

  /** The whole argument vector of the worker with this id. */
  List<String> arguments(String id);

  /** Whether a debugger may halt it for as long as it takes. */
  boolean isDebugged();

  /** Adds its settings to the configuration that is shown at the start. */
  void describe(Map<String, String> settings);

  /**
   * A JVM that serves a class.
   *
   * @param contract the served interface, or null for the class's own methods
   * @param control the control address to announce, or null for none
   * @param peers as in {@link WorkerOptions#peers}
   */
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
      @Nullable String peers)
      implements WorkerProgram {
    @Override
    public String executable() {
      return javaHome.resolve("bin/java").toString();
    }

    @Override
    public List<String> arguments(String id) {
      List<String> all = jvm("remuda-worker: " + id, List.of());
      all.add(WorkerOptions.MAIN_CLASS);
      all.addAll(options(id));
      return all;
    }

    /** The same, started from a cache. */
    Java withCache(Path cache) {
      var flags = new ArrayList<>(jvmArguments);
      flags.add("-XX:AOTCache=" + cache);
      return new Java(
          javaHome,
          flags,
          classPath,
          implementation,
          contract,
          hungWorkerTimeout,
          maxCheckouts,
          lazySetup,
          control,
          peers);
    }

    /** The same JVM, which does what a worker does once and leaves a cache of that. */
    WorkerProgram training(String id, Path cache) {
      List<String> all = jvm("remuda-training: " + id, List.of("-XX:AOTCacheOutput=" + cache));
      all.add(WorkerOptions.TRAINING_CLASS);
      all.addAll(options(id));
      return new Once(executable(), all);
    }

    /** The same JVM, which ends at once, well only if the cache is whole and fits its flags. */
    WorkerProgram check(String id, Path cache) {
      List<String> all =
          jvm(
              "remuda-training: " + id,
              List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on", "-XX:+VerifySharedSpaces"));
      all.add("-version");
      return new Once(executable(), all);
    }

    private List<String> jvm(String title, List<String> flags) {
      var all = new ArrayList<String>();
      all.add(title);
      all.addAll(jvmArguments);
      all.addAll(flags);
      all.add("-cp");
      all.add(joined());
      return all;
    }

    private List<String> options(String id) {
      return new WorkerOptions(
              id,
              implementation,
              contract,
              hungWorkerTimeout.toMillis(),
              maxCheckouts,
              lazySetup,
              control,
              peers)
          .toArguments();
    }

    @Override
    public boolean isDebugged() {
      return jvmArguments.stream()
          .anyMatch(each -> each.startsWith("-agentlib:jdwp") || each.startsWith("-Xrunjdwp"));
    }

    private String joined() {
      return String.join(":", classPath.stream().map(Path::toString).toList());
    }

    @Override
    public void describe(Map<String, String> settings) {
      settings.put("class", implementation);
      if (contract != null) {
        settings.put("interface", contract);
      }
      settings.put("java", javaHome.toString());
      settings.put("jvmArgs", String.join(" ", jvmArguments));
      settings.put(
          "hungWorkerTimeout", hungWorkerTimeout.isZero() ? "none" : hungWorkerTimeout.toString());
      settings.put("setup", lazySetup ? "before the first call" : "before a worker accepts");
    }
  }

  /** Any program that takes connections on descriptor 0. */
  record Command(List<String> command) implements WorkerProgram {
    @Override
    public String executable() {
      return command.getFirst();
    }

    @Override
    public List<String> arguments(String id) {
      return command;
    }

    @Override
    public boolean isDebugged() {
      return false;
    }

    @Override
    public void describe(Map<String, String> settings) {
      settings.put("command", String.join(" ", command));
    }
  }

  /** A program that is no worker, for the one time that it is needed. */
  record Once(String executable, List<String> words) implements WorkerProgram {
    @Override
    public List<String> arguments(String id) {
      return words;
    }

    @Override
    public boolean isDebugged() {
      return false;
    }

    @Override
    public void describe(Map<String, String> settings) {}
  }

  /** With the id in the environment, for programs that want to name themselves. */
  static Map<String, String> environment(Map<String, String> base, String id) {
    var all = new java.util.LinkedHashMap<>(base);
    all.put("REMUDA_WORKER", id);
    return all;
  }
}
