package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static dev.remuda.daemon.DaemonSupport.runner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.Pool;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A daemon within another program. */
class DaemonTest {
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());

  /** What the workers of the tests' pool do. */
  public interface Sleeper {
    /** Blocks for ever. */
    void sleep() throws InterruptedException;

    /** Answers. */
    int echo(int value);
  }

  /** It does it. */
  public static final class RealSleeper implements Sleeper {
    @Override
    public void sleep() throws InterruptedException {
      new CountDownLatch(1).await();
    }

    @Override
    public int echo(int value) {
      return value;
    }
  }

  @Test
  @DisplayName(
      "D.1 embedded it leaves signals and the JVM alone, and closes its parts, the last first")
  void embeddedItClosesItsParts() throws Exception {
    Object own = JdkSignal.handler(() -> {});
    Object atFirst = JdkSignal.handle("TERM", own);
    try {
      Daemon daemon =
          Daemon.named("t")
              .add(new Recorder("first"))
              .add(new Recorder("second"))
              .onReload(() -> events.add("reload"))
              .start();
      assertThat(daemon.stats().state()).isEqualTo(DaemonStats.State.RUNNING);
      daemon.reload();
      assertThat(daemon.exitReason()).isEmpty();
      daemon.close();
      daemon.close();
      assertThat(daemon.exitReason()).hasValue(ExitReason.DRAINED);
      assertThat(daemon.stats().state()).isEqualTo(DaemonStats.State.CLOSED);
      assertThat(events)
          .startsWith("start first", "start second", "reload", "reload first", "reload second")
          .endsWith("close second", "close first")
          .hasSize(9);
      assertThat(JdkSignal.handle("TERM", own)).isSameAs(own);
    } finally {
      JdkSignal.handle("TERM", atFirst);
    }
  }

  @Test
  @DisplayName(
      "D.1 a worker that is killed mid-run fails the run, with its autopsy, and the next comes")
  void aWorkerKilledMidRun() throws Exception {
    var hang = new AtomicInteger(1);
    Pool<Sleeper> pool =
        Pool.builder(Sleeper.class, RealSleeper.class).minWorkers(1).maxWorkers(1).start();
    Runner runner =
        () -> {
          if (hang.getAndDecrement() > 0) {
            pool.sync().sleep();
          }
          pool.sync().echo(1);
        };
    try (Daemon daemon =
        Daemon.named("t")
            .add("sleeper", pool)
            .add("a", runner, Poll.every(Duration.ofMillis(20)))
            .start()) {
      await().atMost(PATIENCE).until(() -> daemon.stats().pools().getFirst().stats().active() == 1);
      long pid =
          daemon.stats().pools().getFirst().workers().orElseThrow().workers().stream()
              .filter(worker -> worker.state().equals("BUSY"))
              .findFirst()
              .orElseThrow()
              .pid();
      DaemonSupport.signal("KILL", pid);
      await().atMost(PATIENCE).until(() -> runner(daemon, "a").succeeded() > 0);
      assertThat(runner(daemon, "a").failed()).isEqualTo(1);
      assertThat(runner(daemon, "a").lastError().orElseThrow().stack()).contains("SIGKILL");
      assertThat(daemon.stats().pools().getFirst().name()).isEqualTo("sleeper");
      assertThat(daemon.stats().pools().getFirst().counters().died()).isEqualTo(1);
    }
    assertThat(pool.call("echo", 1)).isCompletedExceptionally();
  }

  @Test
  @DisplayName("D.4 a run is cancelled by its name, through the daemon")
  void aRunIsCancelledByName() {
    Runner waits = () -> new CountDownLatch(1).await();
    Daemon daemon = Daemon.named("t").add("a", waits).add("b", waits).grace(Duration.ZERO).start();
    try (daemon) {
      daemon.kick("a");
      daemon.kick("b");
      assertThat(runner(daemon, "a").inFlight().getFirst().name()).isEqualTo("a#1");
      assertThat(daemon.cancel("c")).isZero();
      assertThat(daemon.cancel("a#1")).isEqualTo(1);
      await().atMost(PATIENCE).until(() -> runner(daemon, "a").cancelled() == 1);
      assertThat(runner(daemon, "b").inFlight()).hasSize(1);
    }
    assertThat(daemon.exitReason()).hasValue(ExitReason.CANCELLED);
  }

  @Test
  @DisplayName("D.1 all settings that cannot be are named at once, with their values")
  void allBadSettingsAreNamed() {
    Job bad =
        Job.of("a b", () -> {}, Poll.every(Duration.ZERO, Duration.ofSeconds(-1)))
            .on(Poll.every(Duration.ofDays(400)), Kick.udp(70_000), Kick.signal("USR2"))
            .on(Kick.signal("sigterm"), Kick.signal("NOPE"), Kick.postgres("jdbc:h2:mem:x", ""))
            .on(Cron.of("* * * * 9", ZoneId.of("UTC")))
            .overlap(Overlap.parallel(0))
            .timeout(Duration.ZERO);
    var builder =
        Daemon.named("")
            .add(bad)
            .add("x", () -> {})
            .add("x", () -> {})
            .add(Datagrams.on(-1, (data, from) -> {}).receiveBuffer(-5).maxSize(0).named("d"))
            .add(Datagrams.on(1, (data, from) -> {}).named("d"))
            .grace(Duration.ofSeconds(-1))
            .startSpread(Duration.ofDays(2));
    assertThatThrownBy(builder::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the daemon's name ''")
        .hasMessageContaining("'a b' is no name")
        .hasMessageContaining("the poll's period PT0S")
        .hasMessageContaining("the poll's jitter PT-1S")
        .hasMessageContaining("the poll's period PT9600H")
        .hasMessageContaining("there are 2 polls")
        .hasMessageContaining("UDP port 70000")
        .hasMessageContaining("the signal USR2 is the JVM's own")
        .hasMessageContaining("'sigterm' is no signal's name")
        .hasMessageContaining("no signal NOPE")
        .hasMessageContaining("begins with jdbc:postgresql:, not with 'jdbc:h2:mem:x'")
        .hasMessageContaining("the PostgreSQL channel '' has 0 bytes")
        .hasMessageContaining("as day of week '9'")
        .hasMessageContaining("parallel(0)")
        .hasMessageContaining("the timeout PT0S")
        .hasMessageContaining("the name 'x' is given to more than one job")
        .hasMessageContaining("UDP port -1")
        .hasMessageContaining("the receive buffer of -5 bytes")
        .hasMessageContaining("the size of 0 bytes")
        .hasMessageContaining("the name 'd' is given to more than one pool or endpoint")
        .hasMessageContaining("the grace PT-1S")
        .hasMessageContaining("the start spread PT48H");
    assertThatThrownBy(() ->
            new DaemonSettings(
                    "t",
                    List.of(Job.of("a", () -> {}, Kick.signal("HUP"))),
                    List.of(),
                    List.of(),
                    Duration.ZERO,
                    Duration.ZERO,
                    false)
                .check(true))
        .hasMessageContaining("the signal HUP ends or reloads the daemon");
  }

  @Test
  @DisplayName("D.31 a snapshot has all that a page shows, and does not change")
  void aSnapshotDoesNotChange() {
    try (Daemon daemon =
        Daemon.named("t")
            .add(
                Job.of("a", () -> {}, Poll.every(Duration.ofHours(1)))
                    .on(Cron.of("0 0 1 1 *"), Kick.udp(0)))
            .start()) {
      await().atMost(PATIENCE).until(() -> runner(daemon, "a").lastRun().isPresent());
      DaemonStats stats = daemon.stats();
      RunnerStats runner = stats.runners().getFirst();
      assertThat(runner.nextPoll().orElseThrow()).isAfter(stats.started());
      assertThat(runner.nextCron()).isPresent();
      assertThat(runner.period()).hasValue(Duration.ofHours(1));
      assertThat(runner.triggers()).hasSize(3);
      assertThat(stats.settings().get("job a")).contains("every PT1H").contains("coalesce");
      assertThat(stats.uptime()).isPositive();
      assertThat(stats.pid()).isEqualTo(ProcessHandle.current().pid());
      daemon.kick("a");
      await().atMost(PATIENCE).until(() -> runner(daemon, "a").iterations() == 2);
      assertThat(runner.iterations()).isEqualTo(1);
      assertThat(stats.runners()).isUnmodifiable();
    }
  }

  @Test
  @DisplayName(
      "D.1 an endpoint that does not drain in time is interrupted, and closed all the same")
  void anEndpointThatDoesNotDrainIsInterrupted() {
    var endpoint =
        new Recorder("slow") {
          @Override
          public void drain() throws InterruptedException {
            new CountDownLatch(1).await();
          }
        };
    Daemon daemon = Daemon.named("t").add(endpoint).grace(Duration.ofMillis(20)).start();
    daemon.close();
    assertThat(daemon.exitReason()).hasValue(ExitReason.CANCELLED);
    assertThat(events).containsExactly("start slow", "close slow");
  }

  /** Says what is done with it. */
  private class Recorder implements Endpoint {
    private final String name;

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void start(Daemon daemon) {
      events.add("start " + name);
    }

    @Override
    public void reload() {
      events.add("reload " + name);
    }

    @Override
    public void drain() throws InterruptedException {
      events.add("drain " + name);
    }

    @Override
    public void close() {
      events.add("close " + name);
    }
  }
}
