package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Where worker processes can be started")
class PlatformTest {

  @Test
  void thisSystemIsSupported() {
    Linux.requireSupported();
  }

  @Test
  void anotherSystemIsRefusedInOneLine() {
    assertThatThrownBy(() -> Platform.require("Mac OS X", "aarch64", true, "ALL-UNNAMED"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "worker processes need Linux on x86-64 or aarch64; this is Mac OS X on aarch64");
  }

  @Test
  void anotherArchitectureIsRefusedInOneLine() {
    assertThatThrownBy(() -> Platform.require("Linux", "riscv64", true, "ALL-UNNAMED"))
        .hasMessage("worker processes need Linux on x86-64 or aarch64; this is Linux on riscv64");
  }

  @Test
  void aJvmWithoutNativeAccessIsToldTheFlag() throws Exception {
    assertThat(outputOfProbe(false))
        .isEqualTo(
            "worker processes need native access: start java with"
                + " --enable-native-access=ALL-UNNAMED\n");
  }

  @Test
  void aJvmWithNativeAccessPrintsNoWarning() throws Exception {
    assertThat(outputOfProbe(true)).isEqualTo("supported\n");
  }

  private static String outputOfProbe(boolean nativeAccess) throws Exception {
    List<String> command = new ArrayList<>(ChildJvm.command(ProbeSupport.class));
    if (!nativeAccess) {
      assertThat(command.remove("--enable-native-access=ALL-UNNAMED")).isTrue();
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }
}
