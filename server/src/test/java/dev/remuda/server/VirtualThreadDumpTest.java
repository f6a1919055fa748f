package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("a dump has half a second")
@DisplayName("P.6, P.25 A dump shows virtual threads, a bounded number of them")
class VirtualThreadDumpTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ab\",\"pr\"],\"name\":\"raw\"}}]";

  @TempDir Path temporary;

  /** The answer to an abort while so many virtual threads are parked. */
  private static String dump(RunningServer running, int threads) throws Exception {
    try (RawPeer peer = running.connect()) {
      peer.call(HELLO);
      peer.send("[\"do\",{\"pr\":1},\"park\"," + threads + "]");
      assertThat(peer.receive()).isEqualTo("[\"pr\",{},\"parked\"]");
      long started = System.nanoTime();
      String reply = peer.call("[\"ab\",{}]");
      System.out.printf(
          "P.25 ab with %d virtual threads: %d bytes after %d ms%n",
          threads, reply.length(), (System.nanoTime() - started) / 1_000_000);
      assertThat(peer.rest()).isEmpty();
      return reply.translateEscapes();
    }
  }

  @Test
  @DisplayName("P.25 the answer to an abort shows a virtual thread's name, state and frames")
  void fewThreads() throws Exception {
    try (var running = serving()) {
      assertThat(dump(running, 2))
          .startsWith("[\"er\",{\"ab\":1,\"dump\":\"\"main\" #")
          .containsPattern("\"guest-1\" #\\d+ virtual WAITING\n    at ")
          .contains("at dev.remuda.server.ServedExtensions.stay(ServedExtensions.java:")
          .contains("\"guest-2\" #", "\n2 virtual threads\n")
          .doesNotContain("ForkJoinPool-1-worker");
      assertThat(temporary).isEmptyDirectory();
    }
  }

  @Test
  @DisplayName("P.25 a dump of 5,000 virtual threads shows 1,000 at the most")
  void manyThreads() throws Exception {
    try (var running = serving()) {
      String dump = dump(running, 5_000);
      assertThat(dump.length()).isLessThan(2 << 20);
      assertThat(dump.split("\"guest-", -1)).hasSizeLessThanOrEqualTo(1_001);
      assertThat(dump).contains("\"guest-1\" #", " virtual threads").containsPattern("more");
      assertThat(temporary).isEmptyDirectory();
    }
  }

  @Test
  @DisplayName("P.6 a hung worker's last words show its virtual threads")
  void hung() throws Exception {
    try (var running =
            RunningServer.start(
                b -> b.serve(ServedExtensions.class).hungWorkerTimeout(Duration.ofMillis(300)));
        RawPeer peer = running.connect()) {
      peer.send("[\"do\",{},\"park\",1]");
      assertThat(peer.rest()).isEmpty();
      running.awaitPrinted("\"guest-1\" #");
      running.awaitPrinted("ERR 1 virtual thread");
    }
  }

  private RunningServer serving() throws Exception {
    return RunningServer.start(b ->
        b.serve(ServedExtensions.class).jvmArguments("-Xmx256m", "-Djava.io.tmpdir=" + temporary));
  }
}
