package dev.remuda;

import static dev.remuda.PoolSupport.PATIENCE;
import static dev.remuda.PoolSupport.awaitGone;
import static dev.remuda.PoolSupport.awaitIdle;
import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static dev.remuda.PoolSupport.signal;
import static dev.remuda.PoolSupport.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.Checkout;
import dev.remuda.client.CheckoutClosedException;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerStats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.29, P.25 How workers die, and what the callers hear")
@Timeout(150)
class PoolDeathTest {
  interface Victim {
    long pid();

    void hang() throws InterruptedException;

    int crash();

    void exit(int status);

    long fill();

    void say(String line);
  }

  /** Misbehaves as asked. */
  static final class ServedVictim implements Victim {
    private final List<byte[]> kept = new ArrayList<>();

    @Override
    public long pid() {
      return ProcessHandle.current().pid();
    }

    @Override
    public void hang() throws InterruptedException {
      Thread.sleep(Long.MAX_VALUE);
    }

    @Override
    @SuppressWarnings("restricted")
    public int crash() {
      return MemorySegment.ofAddress(8).reinterpret(8).get(ValueLayout.JAVA_INT, 0);
    }

    @Override
    public void exit(int status) {
      System.exit(status);
    }

    @Override
    public long fill() {
      while (true) {
        kept.add(new byte[1 << 20]);
      }
    }

    @Override
    public void say(String line) {
      System.out.println(line);
    }
  }

  private Pool<Victim> pool;
  private final List<Long> pids = new ArrayList<>();
  private boolean closed;

  private Pool<Victim> start(int workers, Duration timeout) {
    pool =
        Pool.builder(Victim.class, ServedVictim.class)
            .name("victims")
            .minWorkers(workers)
            .maxWorkers(workers)
            .timeout(timeout)
            .jvmArguments("-Xmx64m")
            .start();
    awaitIdle(pool, workers);
    workers(pool).workers().forEach(worker -> pids.add(worker.pid()));
    return pool;
  }

  @AfterEach
  void nothingIsLeft() {
    if (!closed) {
      workers(pool).workers().forEach(worker -> pids.add(worker.pid()));
    }
    pool.close();
    awaitGone(pids);
  }

  private static WorkerExit exit(CompletableFuture<?> call) {
    Throwable failure = failure(call);
    assertThat(failure).isInstanceOf(WorkerDiedException.class);
    return ((WorkerDiedException) failure).exit().orElseThrow();
  }

  @Test
  @DisplayName("P.29 kill -9 of an idle worker fails no call, and it is replaced")
  void idleKilled() throws Exception {
    start(1, PATIENCE);
    for (int i = 0; i < 3; i++) {
      long pid = pool.sync().pid();
      signal("KILL", pid);
      assertThat(pool.sync().pid()).isNotEqualTo(pid);
    }
    awaitIdle(pool, 1);
  }

  @Test
  @DisplayName("P.28 to cancel the future of a running call ends its worker, which is replaced")
  void cancelled() throws Exception {
    start(1, PATIENCE);
    long pid = pool.sync().pid();
    CompletableFuture<?> hanging = pool.run(Victim::hang);
    await().atMost(PATIENCE).until(() -> pool.stats().active() == 1);
    CompletableFuture<Long> next = pool.async(Victim::pid);
    assertThat(hanging.cancel(true)).isTrue();
    assertThat(next.get()).isNotEqualTo(pid);
    awaitGone(List.of(pid));
  }

  @Test
  @DisplayName("P.29 kill -9 of a busy worker: its caller hears how, the others hear nothing")
  void busyKilled() throws Exception {
    start(2, PATIENCE);
    Checkout<Victim> doomed = pool.checkout();
    Checkout<Victim> other = pool.checkout();
    long otherPid = other.sync().pid();
    doomed.sync().say("last words");
    long pid = doomed.sync().pid();
    var call = doomed.run(Victim::hang);
    signal("KILL", pid);
    assertThat(failure(call))
        .hasMessageContaining("SIGKILL")
        .hasMessageContaining("(pid " + pid + ")")
        .hasMessageContaining("1 checkout")
        .hasMessageContaining("last words");
    assertThat(exit(call).cause()).isEqualTo(new WorkerExit.Cause.Signalled("SIGKILL"));
    assertThat(exit(call).lastLines()).contains("last words");
    assertThat(other.sync().pid()).isEqualTo(otherPid);
    other.close();
    doomed.close();
    awaitIdle(pool, 2);
  }

  @Test
  @DisplayName("P.29 killing all idle workers at once, under load, fails no call")
  void idleKilledUnderLoad() throws Exception {
    start(3, PATIENCE);
    var over = new AtomicBoolean();
    var served = new AtomicInteger();
    List<CompletableFuture<Throwable>> callers = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        callers.add(CompletableFuture.supplyAsync(() -> callUntil(over, served), threads));
      }
      for (int round = 0; round < 6; round++) {
        killAsIdle();
        int before = served.get();
        await().atMost(PATIENCE).until(() -> served.get() > before + 100);
      }
      over.set(true);
    }
    for (CompletableFuture<Throwable> caller : callers) {
      assertThat(result(caller)).isNull();
    }
    assertThat(served.get()).isPositive();
  }

  /** Holds all workers, so that none is busy with a call, and kills them as they are given back. */
  private void killAsIdle() throws Exception {
    List<Checkout<Victim>> held = new ArrayList<>();
    List<Long> idle = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(pool.checkout());
    }
    for (Checkout<Victim> each : held) {
      idle.add(result(each.async(Victim::pid)));
    }
    var command = new ArrayList<>(List.of("kill", "-STOP"));
    idle.forEach(pid -> command.add(pid.toString()));
    // Stopped, they read no further call: what they are sent from here on never runs.
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    for (long pid : idle) {
      await()
          .atMost(PATIENCE)
          .until(() -> PoolSupport.isStopped(pid)); // a signal sent is not yet one obeyed
    }
    held.forEach(Checkout::close);
    command.set(1, "-KILL");
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  private Throwable callUntil(AtomicBoolean over, AtomicInteger served) {
    while (!over.get()) {
      try {
        assertThat(pool.sync().pid()).isPositive();
        served.incrementAndGet();
      } catch (RuntimeException | AssertionError e) {
        return e;
      }
    }
    return null;
  }

  @Test
  @DisplayName("P.25 a call that hangs is killed at its deadline, its dump shows the method")
  void hang() {
    start(1, Duration.ofSeconds(2));
    Throwable failure = failure(pool.run(Victim::hang));
    assertThat(failure)
        .isInstanceOfSatisfying(
            CallTimeoutException.class,
            e -> assertThat(e.threadDump().orElse("none")).contains("ServedVictim.hang"));
    awaitGone(List.copyOf(pids));
    awaitIdle(pool, 1);
  }

  @Test
  @DisplayName("P.25 a stopped worker answers no abort: the supervisor kills it")
  void stopped() throws Exception {
    start(1, Duration.ofSeconds(2));
    Checkout<Victim> checkout = pool.checkout();
    long pid = checkout.sync().pid();
    var call = checkout.run(Victim::hang);
    signal("STOP", pid);
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
    awaitGone(List.of(pid));
    awaitIdle(pool, 1);
    assertThat(workers(pool).killed()).isPositive();
  }

  @Test
  @DisplayName("a real SIGSEGV is named as such, with its frame and its report")
  void crash() throws Exception {
    start(1, PATIENCE);
    WorkerExit exit = exit(pool.async(Victim::crash));
    assertThat(exit.cause())
        .isInstanceOfSatisfying(
            WorkerExit.Cause.Crashed.class,
            crashed -> assertThat(crashed.signal()).isEqualTo("SIGSEGV"));
    Path report = Path.of(exit.crashReport());
    assertThat(report).exists();
    Files.delete(report);
    assertThat(pool.sync().pid()).isPositive();
  }

  @Test
  @DisplayName("P.5 out of memory is named as such, an exit status by its number")
  void memoryAndStatus() {
    start(1, PATIENCE);
    assertThat(exit(pool.async(Victim::fill)).cause())
        .isInstanceOf(WorkerExit.Cause.OutOfMemory.class)
        .asString()
        .contains("Java heap space");
    assertThat(exit(pool.run(v -> v.exit(42))).cause()).isEqualTo(new WorkerExit.Cause.Exited(42));
    assertThat(pool.sync().pid()).isPositive();
  }

  @Test
  @DisplayName("P.33 close while calls run: all fail, no worker is left")
  void closeWhileCalling() {
    start(2, PATIENCE);
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      calls.add(pool.run(Victim::hang));
    }
    await().atMost(PATIENCE).until(() -> pool.stats().active() == 2);
    closed = true;
    pool.close();
    pool.close();
    for (CompletableFuture<Void> call : calls) {
      assertThat(failure(call)).isInstanceOf(CheckoutClosedException.class);
    }
    assertThat(failure(pool.run(Victim::hang))).isInstanceOf(CheckoutClosedException.class);
    awaitGone(pids);
  }

  @Test
  @DisplayName("P.37 workers show their pool's name in the process list")
  void namedInPs() throws Exception {
    start(1, PATIENCE);
    ServerStats.Worker worker = workers(pool).workers().getFirst();
    assertThat(Files.readString(Path.of("/proc/" + worker.pid() + "/cmdline")))
        .startsWith("remuda-worker: victims(");
  }
}
