package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.26, P.28 Several calls sent before their replies")
class PipelineTest extends ScriptedTest {
  private static final String SKIPPED =
      "[\"er\",{\"sk\":1},\"skipped: an earlier call of this checkout failed\"]";

  private TaskClient client;
  private Checkout<Object> checkout;
  private ScriptedPeer.Line line;

  private void pipeline(TaskClient.Builder builder) throws Exception {
    client = start(builder.greet());
    checkout = client.checkout();
    line = granted(client, "ab", "pipe");
  }

  private List<CompletableFuture<Object>> calls(String... methods) {
    var calls = new ArrayList<CompletableFuture<Object>>();
    for (String method : methods) {
      calls.add(checkout.call(method));
    }
    return calls;
  }

  private static String batch(int number, String method) {
    return "[\"do\",{\"b\":" + number + "},\"" + method + "\"]";
  }

  @Test
  @DisplayName("P.23 calls of a checkout are sent at once, and answered in order")
  void inOrder() throws Exception {
    pipeline(toPeer());
    var calls = calls("a", "b", "c");
    line.expectCall("a").expectCall("b").expectCall("c");
    line.answer("1").answer("2");
    assertThat(result(calls.get(1))).isEqualTo(2L);
    assertThat(calls.get(2)).isNotDone();
    line.answer("3");
    assertThat(result(calls.get(0))).isEqualTo(1L);
    assertThat(result(calls.get(2))).isEqualTo(3L);
    checkout.close();
    line.expect("[\"dn\",{}]");
  }

  @Test
  @DisplayName("P.26 what was sent behind a call whose worker is lost may have run, and says so")
  void sentBehindTheLost() throws Exception {
    pipeline(toPeer());
    var calls = new ArrayList<CompletableFuture<Object>>();
    for (int i = 0; i < 65; i++) {
      calls.add(checkout.call("c"));
    }
    for (int i = 0; i < 64; i++) {
      line.expectCall("c");
    }
    line.close(); // it may have answered, and run the next
    assertThat(failure(calls.get(0))).isInstanceOf(WorkerDiedException.class);
    assertThat(failure(calls.get(1)))
        .hasMessageEndingWith("may have run")
        .isInstanceOfSatisfying(
            CallSkippedException.class, e -> assertThat(e.mayHaveRun()).isTrue());
    assertThat(failure(calls.get(64)))
        .isInstanceOfSatisfying(
            CallSkippedException.class, e -> assertThat(e.mayHaveRun()).isFalse());
  }

  @Test
  @DisplayName("P.23 no more than 64 are outstanding")
  void bounded() throws Exception {
    pipeline(toPeer());
    var calls = new ArrayList<CompletableFuture<Object>>();
    for (int i = 0; i < 100; i++) {
      calls.add(checkout.call("c"));
    }
    for (int i = 0; i < 64; i++) {
      line.expectCall("c");
    }
    line.expectNothingFrom(client).answer("0").expectCall("c").expectNothingFrom(client);
    for (int i = 1; i < 100; i++) {
      line.answer("" + i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(result(calls.get(i))).isEqualTo((long) i);
    }
  }

  @Test
  @DisplayName("P.23 calls of two checkouts are never mixed on a connection")
  void notMixed() throws Exception {
    pipeline(toPeer());
    calls("a");
    var other = client.call("other");
    line.expectCall("a").expectNothingFrom(client);
    checkout.close();
    line.expectNothingFrom(client).answer("1").expect("[\"dn\",{}]").expectCall("other");
    line.answer("2");
    assertThat(result(other)).isEqualTo(2L);
  }

  @Test
  @DisplayName(
      "P.26 a failed call clears those sent behind it; one hears the error, the rest are skipped")
  void failureClears() throws Exception {
    pipeline(toPeer());
    var heard = new AtomicInteger();
    var calls = calls("a", "b", "c", "d");
    for (CompletableFuture<Object> call : calls) {
      call.whenComplete((value, e) -> heard.addAndGet(e instanceof CallFailedException ? 1 : 0));
    }
    line.expectCall("a").expectCall("b").expectCall("c").expectCall("d");
    line.answer("1").send("[\"er\",{},\"no\"]");
    assertThat(result(calls.get(0))).isEqualTo(1L);
    Throwable reason = failure(calls.get(1));
    assertThat(reason).isInstanceOf(CallFailedException.class);
    for (CompletableFuture<Object> skipped : calls.subList(2, 4)) {
      assertThat(failure(skipped)).isInstanceOf(CallSkippedException.class).hasCause(reason);
    }
    assertThat(heard).hasValue(1);
  }

  @Test
  @DisplayName("P.26 the next calls are a new batch, sent before or after the skipped replies come")
  void nextBatch() throws Exception {
    pipeline(toPeer());
    var first = calls("a", "b", "c");
    line.expectCall("a").expectCall("b").expectCall("c").send("[\"er\",{},\"no\"]");
    assertThat(failure(first.get(2))).isInstanceOf(CallSkippedException.class);
    var early = checkout.call("early");
    line.expect(batch(1, "early")).send(SKIPPED + SKIPPED).answer("1");
    assertThat(result(early)).isEqualTo(1L);
    var second = calls("d", "e");
    line.expect(batch(1, "d")).expect(batch(1, "e")).send("[\"er\",{},\"no\"]" + SKIPPED);
    assertThat(failure(second.get(0))).isInstanceOf(CallFailedException.class);
    var last = checkout.call("last");
    line.expect(batch(2, "last")).answer("2");
    assertThat(result(last)).isEqualTo(2L);
    checkout.close();
    line.expectEnd();
  }

  @Test
  @DisplayName("P.26, P.27 skipped replies that come after the release are nobody else's answer")
  void skippedAfterTheRelease() throws Exception {
    pipeline(toPeer().keepAfterError(true));
    var calls = calls("a", "b");
    checkout.close();
    line.expectCall("a").expectCall("b").send("[\"er\",{},\"no\"]");
    assertThat(failure(calls.get(1))).isInstanceOf(CallSkippedException.class);
    line.expect("[\"dn\",{}]");
    var next = client.call("next");
    line.expect(batch(1, "next")).send(SKIPPED).answer("7");
    assertThat(result(next)).isEqualTo(7L);
    line.expect("[\"dn\",{}]");
  }

  @Test
  @DisplayName("P.26 a callback of the failed call may call on the same checkout at once")
  void callInTheCallback() throws Exception {
    pipeline(toPeer());
    var calls = calls("a", "b");
    var rollback =
        calls.get(0).handle((value, e) -> checkout.call("rollback")).thenCompose(call -> call);
    line.expectCall("a").expectCall("b").send("[\"er\",{},\"no\"]");
    line.expect(batch(1, "rollback")).send(SKIPPED).answer("\"back\"");
    assertThat(result(rollback)).isEqualTo("back");
  }

  @Test
  @DisplayName("P.28 to cancel a call that was written ends the worker, behind another too")
  void cancelWritten() throws Exception {
    pipeline(toPeer());
    var calls = calls("a", "b", "c");
    line.expectCall("a").expectCall("b").expectCall("c");
    assertThat(calls.get(1).cancel(true)).isTrue();
    line.expect("[\"ab\",{}]").send("[\"er\",{\"ab\":1},\"aborted\"]").expectEnd();
    assertThat(failure(calls.get(0)))
        .isInstanceOf(CallCancelledException.class)
        .hasMessageContaining("a call behind it was given up; it may have run");
    assertThat(failure(calls.get(2))).isInstanceOf(CallSkippedException.class);
    assertThat(failure(checkout.call("later"))).isInstanceOf(CallCancelledException.class);
  }

  @Test
  @DisplayName("P.28 to cancel a call that was not written removes it, and only it")
  void cancelUnwritten() throws Exception {
    client = start(toPeer().greet());
    checkout = client.checkout();
    line = granted(client, "ab");
    var calls = calls("a", "b", "c");
    line.expectCall("a");
    assertThat(calls.get(1).cancel(true)).isTrue();
    line.expectNothingFrom(client).answer("1").expectCall("c").answer("3");
    assertThat(result(calls.get(2))).isEqualTo(3L);
  }

  @Test
  @DisplayName("P.26 a death clears those sent behind the call that ran")
  void death() throws Exception {
    pipeline(toPeer());
    var calls = calls("a", "b");
    line.expectCall("a").expectCall("b").close();
    Throwable reason = failure(calls.get(0));
    assertThat(reason).isInstanceOf(WorkerDiedException.class);
    assertThat(failure(calls.get(1))).isInstanceOf(CallSkippedException.class).hasCause(reason);
  }

  @Test
  @DisplayName(
      "P.26 an ok where a skipped reply is owed breaks the protocol, and is no one's answer")
  void okInsteadOfSkipped() throws Exception {
    pipeline(toPeer().keepAfterError(true));
    calls("a", "b");
    checkout.close();
    line.expectCall("a").expectCall("b").send("[\"er\",{},\"no\"]").expect("[\"dn\",{}]");
    var next = client.call("next");
    line.expect(batch(1, "next")).answer("\"of b\"").expectEnd();
    assertThat(failure(next)).isInstanceOf(ProtocolException.class);
  }

  @Test
  @DisplayName("P.26 a skipped reply that nothing owes breaks the protocol: nothing was skipped")
  void skippedInsteadOfAnswer() throws Exception {
    pipeline(toPeer());
    var call = checkout.call("x");
    line.expectCall("x").send(SKIPPED).expectEnd();
    assertThat(failure(call)).isInstanceOf(ProtocolException.class);
  }
}
