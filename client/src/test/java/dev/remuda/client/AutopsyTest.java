package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.25, P.29 Autopsies: all that is known of a worker's end, and what is missing")
class AutopsyTest extends ScriptedTest {
  private static final WorkerExit EXIT =
      new WorkerExit(
          "w(1)",
          4711,
          new WorkerExit.Cause.OutOfMemory("Java heap space"),
          null,
          Duration.ofSeconds(61),
          3,
          Duration.ofMillis(1_500),
          262_144,
          "/tmp/hs_err.log",
          List.of("loading\n", "java.lang.OutOfMemoryError: Java heap space\n"));

  private static SupervisorLink link(
      Function<String, CompletableFuture<Optional<WorkerExit>>> exits) {
    return new SupervisorLink() {
      @Override
      public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
        return exits.apply(workerId);
      }

      @Override
      public void kill(String workerId, String reason) {}

      @Override
      public CompletableFuture<Optional<String>> trouble() {
        return CompletableFuture.completedFuture(Optional.empty());
      }
    };
  }

  private static SupervisorLink knowing() {
    return link(
        id -> CompletableFuture.completedFuture(Optional.of(EXIT).filter(e -> e.id().equals(id))));
  }

  private Autopsy died(TaskClient.Builder builder) throws Exception {
    TaskClient client = start(builder.greet());
    var call = client.call("load");
    peer.accept().greet().expectCall("load").close();
    return ((WorkerDiedException) failure(call)).autopsy();
  }

  @Test
  @DisplayName("P.29 of a worker that died: who, what, when, and its end from the supervisor")
  void deathIsKnown() throws Exception {
    TaskClient client = start(toPeer().greet().supervisor(knowing()));
    for (int i = 0; i < 2; i++) {
      try (Checkout<Object> empty = client.checkout()) {
        assertThat(empty).isNotNull();
      }
    }
    var call = client.call("load");
    peer.accept().greet().expectCall("load").close();
    var died = (WorkerDiedException) failure(call);
    Autopsy autopsy = died.autopsy();
    assertThat(autopsy.worker()).isEqualTo("w(1)");
    assertThat(autopsy.pid()).isEqualTo(4711);
    assertThat(autopsy.checkouts()).isBetween(1, 3);
    assertThat(autopsy.method()).isEqualTo("load").isEqualTo(died.method());
    assertThat(autopsy.fingerprint()).matches("[0-9a-f]{64}");
    assertThat(autopsy.phases().queued()).isPositive();
    assertThat(autopsy.phases().connected()).isPositive();
    assertThat(autopsy.phases().ran()).isPositive();
    assertThat(autopsy.phases().ended()).isGreaterThanOrEqualTo(Duration.ZERO);
    assertThat(autopsy.threadDump()).isEmpty();
    assertThat(autopsy.exit()).contains(EXIT);
    assertThat(autopsy.age()).contains(Duration.ofSeconds(61));
    assertThat(autopsy.missing()).isEmpty();
    assertThat(died.exit()).contains(EXIT);
    assertThat(died)
        .hasMessageMatching(
            "load: worker connection suddenly died; worker w\\(1\\) \\(pid 4711\\) ran out of"
                + " memory \\(Java heap space\\) after 61000 ms, 3 checkouts, 1500 ms CPU, 256 MiB"
                + " resident at most, crash report /tmp/hs_err.log; its last line:"
                + " java.lang.OutOfMemoryError: Java heap space; queued [0-9]+ ms, ran [0-9]+ ms"
                + " \\(total=[0-9] active=0 idle=0 waiting=0\\)");
  }

  @Test
  @DisplayName("P.25 of a call that was too slow: the dump as well; the text is fit for a ticket")
  void ticket() throws Exception {
    TaskClient client =
        start(toPeer().greet().supervisor(knowing()).callTimeout(Duration.ofMillis(200)));
    var call = client.call("load");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("load").expect("[\"ab\",{}]");
    line.send(
        "[\"er\",{\"ab\":1,\"dump\":\"\\\"main\\\" RUNNABLE\\n"
            + "    at app.Load.run\\n\"},\"aborted\"]");
    var slow = (CallTimeoutException) failure(call);
    assertThat(slow.autopsy().exit()).contains(EXIT);
    assertThat(slow.autopsy().threadDump()).isEqualTo(slow.threadDump());
    String text =
        slow.autopsy()
            .toString()
            .replaceAll("[0-9a-f]{64}", "FINGERPRINT")
            .replaceAll("[0-9]+ ms(?=[,;\n]| $)", "N ms")
            .replaceAll("connected in [0-9]+ ms", "connected in N ms");
    assertThat(text)
        .isEqualTo(
            """
            worker:      w(1) (pid 4711)
            call:        load, the checkout was its 1st here
            fingerprint: FINGERPRINT
            times:       queued N ms, ran N ms, ended in N ms; its worker had been connected in N ms
            end:         worker w(1) (pid 4711) ran out of memory (Java heap space) after N ms, \
            3 checkouts, 1500 ms CPU, 256 MiB resident at most, crash report /tmp/hs_err.log
            last lines:
              | loading
              | java.lang.OutOfMemoryError: Java heap space
            threads:
              "main" RUNNABLE
                  at app.Load.run\
            """);
  }

  @Test
  @DisplayName("P.29 of a peer that never announced itself, it says that this is why")
  void plainPeer() throws Exception {
    TaskClient client = start(toPeer().supervisor(knowing()));
    var call = client.call("load");
    peer.accept().expectFirstCall("load").close();
    var died = (WorkerDiedException) failure(call);
    assertThat(died.autopsy().worker()).isEmpty();
    assertThat(died.autopsy().pid()).isZero();
    assertThat(died.autopsy().missing())
        .containsExactly("who the worker was, and how it ended: the peer never announced itself");
    assertThat(died.autopsy().toString())
        .startsWith("worker:      unknown\n")
        .endsWith(
            "\nmissing:     who the worker was, and how it ended: the peer never announced itself");
    assertThat(died)
        .hasMessageContaining(
            "a worker at unix:" + folder.resolve("s") + " ended, how is not known here");
  }

  @Test
  @DisplayName("P.29 without a supervisor to ask, it says so")
  void noSupervisor() throws Exception {
    assertThat(died(toPeer()).missing())
        .containsExactly("how the worker ended: no control address of its supervisor is known");
  }

  @Test
  @DisplayName(
      "P.29 a supervisor that is slow is not waited for beyond 200 ms; what it says late is lost")
  void lateSupervisor() throws Exception {
    var late = new CompletableFuture<Optional<WorkerExit>>();
    long begun = System.nanoTime();
    Autopsy autopsy = died(toPeer().supervisor(link(id -> late)));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PATIENCE);
    assertThat(autopsy.phases().ended()).isGreaterThanOrEqualTo(Duration.ofMillis(199));
    assertThat(autopsy.missing())
        .containsExactly("how the worker ended: its supervisor did not say within 200 ms");
    assertThat(late.complete(Optional.of(EXIT))).isTrue();
    assertThat(autopsy.exit()).isEmpty();
  }

  @Test
  @DisplayName("P.29 one that answers in time, from another thread, is heard")
  void inTime() throws Exception {
    SupervisorLink link = link(id -> CompletableFuture.supplyAsync(() -> Optional.of(EXIT)));
    assertThat(died(toPeer().supervisor(link)).exit()).contains(EXIT);
  }

  @Test
  @DisplayName(
      "P.29 one that does not know, or fails, or cannot be asked, is named as that, at once")
  void noAnswer() throws Exception {
    Autopsy unknown =
        died(toPeer().supervisor(link(id -> CompletableFuture.completedFuture(Optional.empty()))));
    assertThat(unknown.missing())
        .containsExactly("how the worker ended: its supervisor does not know");
    Autopsy failed =
        died(
            toPeer()
                .supervisor(
                    link(id -> CompletableFuture.failedFuture(new IllegalStateException("gone")))));
    assertThat(failed.missing())
        .containsExactly(
            "how the worker ended: its supervisor could not be asked:"
                + " java.lang.IllegalStateException: gone");
    try (var log = new LogCapture()) {
      Autopsy thrown =
          died(
              toPeer()
                  .supervisor(
                      link(id -> {
                        throw new IllegalStateException("broken");
                      })));
      assertThat(thrown.missing())
          .containsExactly(
              "how the worker ended: its supervisor could not be asked:"
                  + " java.lang.IllegalStateException: broken");
      assertThat(log.of("the supervisor could not be asked")).hasSize(1);
    }
  }

  @Test
  @DisplayName("P.29 of a worker that died between two calls there is an autopsy, of no call")
  void betweenCalls() throws Exception {
    TaskClient client = start(toPeer().greet().supervisor(knowing()));
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var call = checkout.call("load");
    line.expectCall("load").answer("1");
    result(call);
    line.close();
    awaitStats(client, new PoolStats(0, 0, 0, 0));
    assertThat(failure(checkout.call("next")))
        .isInstanceOfSatisfying(
            WorkerDiedException.class,
            e -> {
              assertThat(e.autopsy().method()).isEqualTo("a call");
              assertThat(e.autopsy().fingerprint()).isEmpty();
              assertThat(e.exit()).contains(EXIT);
            });
  }

  @Test
  @DisplayName("P.30 the fingerprint is the same for the same call, and another for any other")
  void fingerprints() throws Exception {
    TaskClient client = start(toPeer().greet());
    var prints = new ArrayList<String>();
    for (Object[] arguments : new Object[][] {{"a", 1}, {"a", 1}, {"a", 2}, {"a"}, {"a", "1"}}) {
      prints.add(fingerprint(client, arguments));
    }
    assertThat(prints.get(0)).isEqualTo(prints.get(1));
    assertThat(prints.subList(1, 5)).doesNotHaveDuplicates();
  }

  private String fingerprint(TaskClient client, Object... arguments) throws Exception {
    var call =
        client
            .untyped()
            .with(CheckoutOptions.NONE.callTimeout(Duration.ofMillis(50)))
            .call("load", arguments);
    peer.accept().greet();
    return ((CallTimeoutException) failure(call)).autopsy().fingerprint();
  }
}
