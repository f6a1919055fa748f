package dev.remuda.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A daemon as a program: real processes get real signals. */
class DaemonProcessTest {
  private static final long LONG = 3_600_000;

  @Test
  @DisplayName("D.1 SIGTERM drains in order: the run in flight ends by itself, and the status is 0")
  void sigtermDrainsInOrder() throws Exception {
    try (var process = new SampleProcess("waits for a line", LONG)) {
      process.awaitLine("run begins");
      process.signal("TERM");
      process.awaitLine("drain");
      process.write("x");
      assertThat(process.exitStatus()).isZero();
      assertThat(process.out())
          .containsExactly("start", "run begins", "drain", "run ends x", "close");
      assertThat(process.lastError()).isEqualTo("sample: exit status 0: SIGTERM, and all was done");
    }
  }

  @Test
  @DisplayName("D.1 what is not done within the grace is cancelled, and the status says so")
  void whatIsNotDoneIsCancelled() throws Exception {
    try (var process = new SampleProcess("waits to be interrupted", 50)) {
      process.awaitLine("run begins");
      process.signal("INT");
      assertThat(process.exitStatus()).isEqualTo(3);
      assertThat(process.out()).contains("run interrupted").endsWith("close");
      assertThat(process.lastError())
          .isEqualTo("sample: exit status 3: SIGINT, and " + ExitReason.CANCELLED);
    }
  }

  @Test
  @DisplayName("D.1 what ignores being cancelled is left behind, and the status says so")
  void whatIsStuckIsLeftBehind() throws Exception {
    try (var process = new SampleProcess("ignores interrupts", 50)) {
      process.awaitLine("run begins");
      process.signal("TERM");
      assertThat(process.exitStatus()).isEqualTo(4);
      process.awaitError("mail#1 is stuck");
      assertThat(process.out()).endsWith("close");
    }
  }

  @Test
  @DisplayName("D.1 a second SIGTERM ends it at once, with 143")
  void aSecondSigtermEndsItAtOnce() throws Exception {
    try (var process = new SampleProcess("ignores interrupts", LONG)) {
      process.awaitLine("run begins");
      process.signal("TERM");
      process.awaitLine("drain");
      process.signal("TERM");
      assertThat(process.exitStatus()).isEqualTo(143);
      assertThat(process.out()).doesNotContain("close");
      process.awaitError("exit status 143: a second signal, SIGTERM");
    }
  }

  @Test
  @DisplayName("D.1 SIGHUP reloads, and a reload that fails changes nothing")
  void sighupReloads() throws Exception {
    try (var process = new SampleProcess("waits to be interrupted", 50)) {
      process.awaitLine("run begins");
      for (int i = 1; i <= 3; i++) {
        process.signal("HUP");
        process.awaitLine("reload " + i);
      }
      process.awaitError("the file is half written");
      process.signal("TERM");
      assertThat(process.exitStatus()).isEqualTo(3);
    }
  }

  @Test
  @DisplayName(
      "D.1 settings that cannot be end it with 2, a port in use with 1, and both say which")
  void aFailedStartSaysWhy() throws Exception {
    try (var process = new SampleProcess("twice", 50)) {
      assertThat(process.exitStatus()).isEqualTo(2);
      assertThat(process.lastError())
          .startsWith("sample: exit status 2: ")
          .contains("the name 'mail' is given to more than one job");
    }
    try (var taken =
        DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      int port = ((InetSocketAddress) taken.getLocalAddress()).getPort();
      try (var process = new SampleProcess(Integer.toString(port), 50)) {
        assertThat(process.exitStatus()).isEqualTo(1);
        assertThat(process.lastError())
            .startsWith("sample: exit status 1: ")
            .contains("UDP 127.0.0.1:" + port + ": Address already in use");
        assertThat(process.out()).containsExactly("start", "drain", "close");
      }
    }
  }
}
