package dev.remuda;

import static dev.remuda.PoolSupport.PATIENCE;
import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static dev.remuda.PoolSupport.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.Checkout;
import dev.remuda.client.CheckoutClosedException;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.server.ServerStats;
import dev.remuda.worker.WorkerHooks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@DisplayName("P.43 A pool whose workers are threads of this JVM")
@Timeout(120)
@Isolated("hears what all pools log")
class PoolThreadsTest {
  /** What the workers here are asked for. */
  public interface Guest {
    /** Which thread serves. */
    String thread();

    /** Until it is interrupted. */
    void sleep() throws InterruptedException;

    /** Until the test lets go, whatever else happens. */
    String linger();

    /** As running out of memory does, it ends a worker. */
    void overflow();
  }

  /** Shares its statics with the tests: nothing is isolated. */
  public static final class ServedGuest implements Guest, WorkerHooks {
    static final List<String> HEARD = new CopyOnWriteArrayList<>();
    private static volatile CountDownLatch letGo = new CountDownLatch(1);

    @Override
    public String thread() {
      return Thread.currentThread().getName();
    }

    @Override
    public void sleep() throws InterruptedException {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        HEARD.add("interrupted");
        throw e;
      }
    }

    @Override
    public String linger() {
      HEARD.add("lingers");
      while (letGo.getCount() > 0) {
        Thread.onSpinWait();
      }
      return "let go";
    }

    @Override
    public void overflow() {
      throw new StackOverflowError("on purpose");
    }

    @Override
    public void setup() {
      HEARD.add("setup");
    }

    @Override
    public void checkoutDone() {
      HEARD.add("checkoutDone");
    }

    @Override
    public void teardown() {
      HEARD.add("teardown");
    }
  }

  /** The main class of a JVM that may not use native access. */
  static final class Host {
    private Host() {}

    public static void main(String[] arguments) {
      try (var pool = Pool.inThisJvm(Guest.class, ServedGuest.class)) {
        System.out.println("served by " + pool.sync().thread());
      }
    }
  }

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger("dev.remuda");
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    ServedGuest.HEARD.clear();
    ServedGuest.letGo = new CountDownLatch(1);
    logger.addHandler(handler);
  }

  @AfterEach
  void letGo() {
    ServedGuest.letGo.countDown();
    logger.removeHandler(handler);
  }

  private static Pool.Builder<Guest> guests() {
    return Pool.builder(Guest.class, ServedGuest.class).name("guests").inThisJvm();
  }

  private void awaitLogged(String part) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(logged).anyMatch(line -> line.contains(part)));
  }

  private static void awaitHeard(String what) {
    await().atMost(PATIENCE).until(() -> ServedGuest.HEARD.contains(what));
  }

  @Test
  @DisplayName("P.43, P.4, P.5 values, exceptions, hooks and checkouts are as with processes")
  void sameCalls() {
    try (var pool =
        Pool.builder(PoolTravelTest.Kinds.class, PoolTravelTest.ServedKinds.class)
            .maxWorkers(1)
            .inThisJvm()
            .start()) {
      assertThat(pool.sync().echo("λ", 1, null)).containsExactly("λ", 1L, null);
      assertThatThrownBy(() -> pool.sync().fail("on purpose"))
          .isInstanceOfSatisfying(
              CallFailedException.class,
              e -> {
                var remote = e.remote().orElseThrow();
                assertThat(remote.className()).isEqualTo("java.lang.IllegalStateException");
                assertThat(remote.getStackTrace()[0].getMethodName()).isEqualTo("fail");
                assertThat(remote.getCause()).hasToString("java.io.IOException: below");
              });
      try (Checkout<PoolTravelTest.Kinds> checkout = pool.checkout()) {
        checkout.sync().begin("left open");
        assertThat(checkout.sync().begun()).contains("left open");
      }
      assertThat(pool.sync().begun()).isEmpty();
      assertThat(pool.sync().done()).containsExactly("left open");
    }
  }

  @Test
  @DisplayName("P.43 each worker is a thread with an object of its own, which ends at close")
  void threads() {
    try (var pool = guests().minWorkers(1).maxWorkers(2).start();
        Checkout<Guest> first = pool.checkout();
        Checkout<Guest> second = pool.checkout()) {
      assertThat(List.of(first.sync().thread(), second.sync().thread()))
          .containsExactlyInAnyOrder("guests(1)", "guests(2)");
      assertThat(workers(pool).workers())
          .hasSize(2)
          .allSatisfy(worker -> {
            assertThat(worker.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(worker.state()).isEqualTo("BUSY");
          });
    }
    assertThat(ServedGuest.HEARD.stream().filter("teardown"::equals)).hasSize(2);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("guests(1)", "guests(2)"));
    assertThat(logged)
        .filteredOn(line -> line.startsWith("WARNING"))
        .singleElement()
        .asString()
        .contains("pool guests", "nothing is isolated");
  }

  @Test
  @DisplayName("P.43, P.28 a call that is cancelled is interrupted; the next has another worker")
  void cancelled() throws Exception {
    try (var pool = guests().minWorkers(1).maxWorkers(1).start()) {
      String first = pool.sync().thread();
      var call = pool.run(Guest::sleep);
      await().atMost(PATIENCE).until(() -> pool.stats().active() == 1);
      call.cancel(false);
      awaitHeard("interrupted");
      awaitLogged(first + " is given up");
      awaitLogged("sleep was interrupted, and may run on");
      assertThat(pool.sync().thread()).isNotEqualTo(first);
      awaitLogged(first + ", given up before, has ended now");
    }
  }

  @Test
  @DisplayName("P.43, P.25 a call past its deadline is dumped and left behind")
  void timedOut() {
    try (var pool = guests().maxWorkers(1).timeout(Duration.ofMillis(300)).start()) {
      assertThat(failure(pool.async(Guest::linger)))
          .isInstanceOf(CallTimeoutException.class)
          .hasMessageContaining("PoolThreadsTest$ServedGuest.linger");
      assertThat(workers(pool).workers())
          .extracting(ServerStats.Worker::state)
          .contains("ABANDONED");
      assertThat(pool.sync().thread()).isEqualTo("guests(2)");
      ServedGuest.letGo.countDown();
      await()
          .atMost(PATIENCE)
          .until(() -> workers(pool).workers().stream().noneMatch(w -> w.id().equals("guests(1)")));
      assertThat(ServedGuest.HEARD).doesNotContain("teardown");
    }
  }

  @Test
  @DisplayName("P.43, P.29 what ends a worker process ends the worker here, and no other")
  void fatal() {
    try (var pool = guests().maxWorkers(1).start()) {
      assertThat(failure(pool.run(Guest::overflow))).isInstanceOf(WorkerDiedException.class);
      awaitLogged("guests(1) ends: java.lang.StackOverflowError: on purpose");
      assertThat(pool.sync().thread()).isEqualTo("guests(2)");
    }
  }

  @Test
  @DisplayName("P.43, P.33 close interrupts what runs, and waits for it some seconds only")
  void closed() throws Exception {
    var pool = guests().minWorkers(2).maxWorkers(2).start();
    var lingering = pool.async(Guest::linger);
    var sleeping = pool.run(Guest::sleep);
    awaitHeard("lingers");
    await().atMost(PATIENCE).until(() -> pool.stats().active() == 2);
    pool.close();
    assertThat(failure(lingering)).isInstanceOf(CheckoutClosedException.class);
    assertThat(failure(sleeping)).isInstanceOf(CheckoutClosedException.class);
    assertThat(ServedGuest.HEARD).contains("interrupted");
    awaitLogged("runs on after close");
    pool.close();
  }

  @Test
  @DisplayName("P.43, P.20 settings of processes are refused by name")
  void refused() {
    assertThatThrownBy(() ->
            guests()
                .standby(1)
                .hungWorkerTimeout(Duration.ZERO)
                .jvmArguments("-Xmx1g")
                .output((id, stream, line) -> {})
                .maxWorkers(0)
                .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "maxWorkers",
            "these settings mean nothing: hungWorkerTimeout, jvmArguments, output, standby");
  }

  @Test
  @DisplayName("P.43 it runs in a JVM that denies native access")
  void withoutNativeAccess() throws Exception {
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Host.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(host.waitFor()).as(printed).isZero();
    assertThat(printed).contains("served by ServedGuest(").contains("nothing is isolated");
  }

  @Test
  @DisplayName("P.43, P.3 a setup that fails is told to each caller")
  void failingSetup() throws Exception {
    try (var pool = Pool.builder(Broken.class).maxWorkers(1).inThisJvm().start()) {
      for (int i = 0; i < 2; i++) {
        assertThat(failure(pool.call("greet")))
            .isInstanceOf(dev.remuda.client.SetupFailedException.class)
            .hasMessageContaining("no licence file");
      }
      Broken.mended = true;
      assertThat(result(pool.call("greet"))).isEqualTo("hello");
    }
  }

  /** Cannot be set up until it is mended. */
  static final class Broken implements WorkerHooks {
    private static volatile boolean mended;

    @Override
    public void setup() {
      if (!mended) {
        throw new IllegalStateException("no licence file");
      }
    }

    public String greet() {
      return "hello";
    }
  }
}
