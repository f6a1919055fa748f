package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.protocol.WorkerHello;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("P.18 Autopsy: a client asks a real supervisor at its control address")
@Timeout(120)
class ControlLinkServerTest {
  /** Ends as asked. */
  public static final class Victim {
    private final List<byte[]> kept = new ArrayList<>();

    public void exit(int status) {
      System.out.println("leaving now");
      System.exit(status);
    }

    public void fill() {
      while (true) {
        kept.add(new byte[1 << 20]);
      }
    }

    public void hang() throws InterruptedException {
      Thread.sleep(Long.MAX_VALUE);
    }

    @SuppressWarnings("restricted")
    public int crash() {
      return MemorySegment.ofAddress(8).reinterpret(8).get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** More than 200 ms only since this machine may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path folder;
  private TaskServer server;
  private TaskClient client;

  private ServerStats.Worker start() throws Exception {
    server =
        TaskServer.builder()
            .name("victims")
            .listen("unix:" + folder.resolve("s"))
            .serve(Victim.class)
            .crashReports(folder.resolve("crashes"))
            .hungWorkerTimeout(Duration.ofSeconds(2))
            .jvmArguments("-Xmx64m", "-XX:TieredStopAtLevel=1")
            .start();
    client =
        TaskClient.builder()
            .connect(server.addresses().getFirst())
            .minWorkers(1)
            .maxWorkers(1)
            .greet()
            .build();
    return await().atMost(PATIENCE).until(this::busy, Optional::isPresent).orElseThrow();
  }

  private Optional<ServerStats.Worker> busy() throws Exception {
    return server.stats().get(10, TimeUnit.SECONDS).workers().stream()
        .filter(worker -> worker.state().equals("BUSY"))
        .findFirst();
  }

  private ControlLink link(ServerStats.Worker worker, Duration patience) {
    Address control = server.controlAddress().orElseThrow();
    var hello = new WorkerHello(worker.pid(), worker.id(), Set.of(), control.toString());
    return new ControlLink((Address.Unix) control, hello, patience);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "exit, exited with status 7",
    "fill, ran out of memory (Java heap space)",
    "hang, exited with status 4",
    "crash, crashed with SIGSEGV in "
  })
  @DisplayName("P.18 Autopsy: each way to end is read as the supervisor knows it")
  void eachWayToEnd(String method, String cause) throws Exception {
    ServerStats.Worker worker = start();
    if (method.equals("exit")) {
      client.call(method, 7);
    } else {
      client.call(method);
    }
    WorkerExit exit = link(worker, PATIENCE).exitOf(worker.id()).get().orElseThrow();
    assertThat(exit.pid()).isEqualTo(worker.pid());
    assertThat(exit.cause().toString()).startsWith(cause);
    WorkerExit known = server.exitOf(worker.id()).get(10, TimeUnit.SECONDS).orElseThrow();
    assertThat(exit.summary()).isEqualTo(known.summary());
    assertThat(exit.lastLines()).isEqualTo(known.lastLines());
    switch (method) {
      case "exit" -> assertThat(exit.lastLines()).contains("leaving now");
      case "crash" -> assertThat(exit.crashReport()).startsWith(folder.toString());
      case "hang" ->
          assertThat(exit.lastLines()).anyMatch(line -> line.startsWith("Killing hung worker ("));
      default -> assertThat(exit.maxRssKib()).isPositive();
    }
  }

  @Test
  @DisplayName("P.18 Autopsy: a worker that lives has none yet; killed it has, with the reason")
  void killedByTheLink() throws Exception {
    ServerStats.Worker worker = start();
    assertThat(link(worker, TaskClient.DEFAULT_AUTOPSY_TIMEOUT).exitOf(worker.id()).get())
        .isEmpty();
    assertThat(link(worker, TaskClient.DEFAULT_AUTOPSY_TIMEOUT).trouble().get()).isEmpty();
    ControlLink link = link(worker, PATIENCE);
    link.kill(worker.id(), "it did not answer");
    WorkerExit exit = link.exitOf(worker.id()).get().orElseThrow();
    assertThat(exit.reason()).isEqualTo("it did not answer");
    assertThat(exit.cause()).isEqualTo(new WorkerExit.Cause.Signalled("SIGKILL"));
    assertThat(link.exitOf("victims(99)").get()).isEmpty();
  }

  @Test
  @DisplayName(
      "P.18 a worker of the same name under another supervisor is neither asked nor killed")
  void aNamesakeIsLeftAlone() throws Exception {
    ServerStats.Worker worker = start();
    Address control = server.controlAddress().orElseThrow();
    var earlier = new WorkerHello(worker.pid() + 1, worker.id(), Set.of(), control.toString());
    var link = new ControlLink((Address.Unix) control, earlier, PATIENCE);
    link.kill(worker.id(), "a namesake");
    assertThat(link.exitOf(worker.id()).get()).isEmpty();
    assertThat(client.stats().idle()).isEqualTo(1);
    assertThat(server.stats().get(10, TimeUnit.SECONDS).killed()).isZero();
  }

  @Test
  @DisplayName("P.18 Autopsy: a server that closes while it is asked still answers, then no more")
  void aServerThatCloses() throws Exception {
    ServerStats.Worker worker = start();
    ControlLink link = link(worker, PATIENCE);
    var open = link.exitOf(worker.id());
    // A second question is answered after the first has come in.
    assertThat(link.trouble().get()).isEmpty();
    server.close();
    assertThat(open.get())
        .satisfiesAnyOf(
            exit -> assertThat(exit.orElseThrow().reason()).isEqualTo("its server was closed"),
            tooLate -> assertThat(tooLate).isEmpty());
    assertThat(link.exitOf(worker.id()).get()).isEmpty();
  }
}
