package dev.remuda.server;

import java.util.Set;

/** Where workers can be started: Linux on x86-64 or aarch64, with native access enabled. */
final class Platform {

  static final boolean X86_64 = "amd64".equals(System.getProperty("os.arch"));

  private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

  private Platform() {}

  /**
   * @param module what the flag has to name
   * @throws UnsupportedOperationException in one line, with what to do about it
   */
  static void require(String system, String architecture, boolean nativeAccess, String module) {
    if (!"Linux".equals(system) || !ARCHITECTURES.contains(architecture)) {
      throw new UnsupportedOperationException(
          "worker processes need Linux on x86-64 or aarch64; this is %s on %s"
              .formatted(system, architecture));
    }
    if (!nativeAccess) {
      throw new UnsupportedOperationException(
          "worker processes need native access: start java with --enable-native-access=" + module);
    }
  }
}
