package dev.remuda.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a JVM's flags leave no room for an ahead-of-time cache of ours. */
final class AotObstacles {
  /** Where a JVM finds flags beside its command line. */
  static final List<String> VARIABLES =
      List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS");

  /** Whoever says one of these has plans of his own. */
  private static final Pattern THEIR_OWN =
      Pattern.compile(
          "-XX:[+-]?AOT.*|-Xshare.*|-XX:SharedArchiveFile.*|-XX:[+-]AutoCreateSharedArchive.*"
              + "|-XX:ArchiveClassesAtExit.*|-XX:[+-]RecordDynamicDumpInfo.*");

  /** A JVM with one of these refuses a cache. */
  private static final Pattern REFUSING =
      Pattern.compile("-javaagent:.*|-agentlib:.*|-agentpath:.*|-Xrun.*|-Xdebug.*");

  /** They bring code or flags from files whose changes would not be noticed. */
  private static final Pattern UNSEEN =
      Pattern.compile(
          "-Xbootclasspath.*|--patch-module.*|--module-path.*|-p|--upgrade-module-path.*|@.*"
              + "|-XX:Flags=.*|-XX:VMOptionsFile=.*|-XX:\\+ReadVMOptionsFile.*"
              + "|-Djava\\.system\\.class\\.loader=.*");

  private AotObstacles() {}

  /** Null when there is none. */
  static @Nullable String find(List<String> jvmArguments, Map<String, String> environment) {
    var all = new ArrayList<>(jvmArguments);
    for (String variable : VARIABLES) {
      all.addAll(List.of(environment.getOrDefault(variable, "").strip().split("\\s+")));
    }
    for (String flag : all) {
      if (THEIR_OWN.matcher(flag).matches()) {
        return "the workers' JVM has been told otherwise: " + flag;
      } else if (REFUSING.matcher(flag).matches()) {
        return "a JVM does not use one together with " + flag;
      } else if (UNSEEN.matcher(flag).matches()) {
        return "what " + flag + " brings may change without notice";
      }
    }
    return null;
  }
}
