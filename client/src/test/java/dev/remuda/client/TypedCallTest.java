package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.23 Typed calls")
class TypedCallTest extends ScriptedTest {
  record Point(int x, Optional<LocalDate> day) {}

  interface Shapes {
    int size(String name);

    int size(String name, boolean exact);

    long sum(int... numbers);

    void clear();

    Map<String, List<Point>> points(List<Point> from);

    default String described() {
      return "never called here";
    }

    static String helper() {
      return "no call";
    }
  }

  interface Untravelled {
    String read(InputStream from);
  }

  interface BadResult {
    Thread start();
  }

  interface Empty {}

  @Test
  @DisplayName("P.23 sync calls: overloads, a rest, void, primitives, generics, records, defaults")
  void eachShape() throws Exception {
    Shapes shapes = client().of(Shapes.class).sync();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          pool.submit(() -> {
            List<Object> results = new ArrayList<>();
            results.add(shapes.size("λ"));
            results.add(shapes.size("λ", true));
            results.add(shapes.sum());
            results.add(shapes.sum(1, 2));
            shapes.clear();
            results.add(
                shapes.points(List.of(new Point(1, Optional.of(LocalDate.of(2026, 1, 2))))));
            results.add(shapes.described());
            return results;
          });
      ScriptedPeer.Line line =
          peer.accept().expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"size\",\"λ\"]").answer("1");
      for (var step :
          List.of(
              List.of("\"size\",\"λ\",true", "2"),
              List.of("\"sum\"", "3"),
              List.of("\"sum\",1,2", "9007199254740993"),
              List.of("\"clear\"", "null"),
              List.of(
                  "\"points\",[{\"x\":1,\"day\":\"2026-01-02\"}]",
                  "{\"a\":[{\"x\":5,\"day\":null}]}"),
              List.of("\"described\"", "\"remotely\""))) {
        line.expect("[\"dn\",{}][\"do\",{}," + step.get(0) + "]").answer(step.get(1));
      }
      assertThat(all.get())
          .containsExactly(
              1,
              2,
              3L,
              9007199254740993L,
              Map.of("a", List.of(new Point(5, Optional.empty()))),
              "remotely");
    }
  }

  @Test
  @DisplayName("P.23 async and run take down one call each")
  void asyncAndRun() throws Exception {
    TypedClient<Shapes> shapes = client().of(Shapes.class);
    CompletableFuture<Integer> size = shapes.async(s -> s.size("a"));
    CompletableFuture<Void> clear = shapes.run(Shapes::clear);
    peer.accept()
        .expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"size\",\"a\"]")
        .answer("3")
        .expect("[\"dn\",{}]")
        .expectCall("clear")
        .answer("null");
    assertThat(result(size)).isEqualTo(3);
    assertThat(result(clear)).isNull();
  }

  @Test
  @DisplayName("P.23 a lambda that makes none, two, or throws is refused, and nothing is sent")
  void badLambdas() {
    TaskClient client = client();
    TypedClient<Shapes> shapes = client.of(Shapes.class);
    assertThatThrownBy(() -> shapes.async(s -> 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exactly one call, but it made none");
    assertThatThrownBy(() -> shapes.async(s -> s.size("a") + s.size("b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exactly one call, but it made 2");
    assertThatThrownBy(() ->
            shapes.run(s -> {
              s.clear();
              throw new java.io.IOException("no");
            }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threw")
        .hasRootCauseMessage("no");
    assertThatThrownBy(() -> shapes.async(Shapes::toString))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none");
    assertThat(client.stats()).isEqualTo(new PoolStats(0, 0, 0, 0));
  }

  @Test
  @DisplayName("P.23 a stand-in that outlives its lambda says so")
  void leakedStandIn() throws Exception {
    TypedClient<Shapes> shapes = client().of(Shapes.class);
    var leaked = new AtomicReference<Shapes>();
    var call =
        shapes.async(s -> {
          leaked.set(s);
          return s.size("a");
        });
    assertThatThrownBy(() -> leaked.get().size("b"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lambda");
    peer.accept().expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"size\",\"a\"]").answer("3");
    assertThat(result(call)).isEqualTo(3);
  }

  @Test
  @DisplayName("P.23 sync on the client's own loop fails at once with an explanation")
  void syncOnTheLoop() throws Exception {
    TaskClient client = client();
    Shapes shapes = client.of(Shapes.class).sync();
    var call = client.call("x");
    CompletableFuture<Object> chained = call.thenApply(x -> shapes.size("a"));
    peer.accept().expectFirstCall("x").answer("1");
    assertThat(failure(chained))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("own loop", "async()", "callbacksOn()");
  }

  @Test
  @DisplayName("P.23 calls after release fail clearly; releasing twice is releasing once")
  void afterRelease() throws Exception {
    Checkout<Shapes> checkout = client().of(Shapes.class).checkout();
    var call = checkout.async(s -> s.size("a"));
    peer.accept()
        .expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"size\",\"a\"]")
        .answer("3")
        .send("");
    result(call);
    checkout.close();
    checkout.close();
    assertThat(failure(checkout.async(s -> s.size("b"))))
        .isInstanceOf(CheckoutClosedException.class)
        .hasMessage("size was not called: its checkout was released");
    assertThatThrownBy(() -> checkout.sync().clear()).isInstanceOf(CheckoutClosedException.class);
    assertThat(failure(checkout.call("clear"))).isInstanceOf(CheckoutClosedException.class);
  }

  @Test
  @DisplayName("P.23 several threads share a checkout: each has its own answer")
  void severalThreads() throws Exception {
    TaskClient client = client();
    Checkout<Shapes> checkout = client.of(Shapes.class).checkout();
    try (checkout;
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<java.util.concurrent.Future<Boolean>>();
      for (int i = 0; i < 8; i++) {
        int number = i;
        all.add(threads.submit(() -> checkout.sync().sum(number) == 10L * number));
      }
      ScriptedPeer.Line line = peer.accept();
      String message = "[\"do\"," + ScriptedPeer.CLIENT + ",\"sum\",";
      for (int i = 0; i < 8; i++) {
        int number = line.expectNumber(message);
        line.answer("" + number * 10);
        message = "[\"do\",{},\"sum\",";
      }
      for (var each : all) {
        assertThat(each.get()).isTrue();
      }
    }
  }

  @Test
  @DisplayName("P.23 Object's methods belong to the stand-in itself")
  void objectMethods() {
    TaskClient client = client();
    Shapes one = client.of(Shapes.class).sync();
    Shapes other = client.of(Shapes.class).sync();
    assertThat(one.equals(other)).isFalse();
    assertThat(java.util.Set.of(one, other)).contains(one, other);
    assertThat(one).hasToString("stand-in of " + Shapes.class.getName());
    assertThat(client.stats().total()).isZero();
  }

  @Test
  @DisplayName("P.23 an interface with a type that cannot travel is refused by method and type")
  void badContracts() {
    TaskClient client = client();
    assertThatThrownBy(() -> client.of(Untravelled.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("Untravelled.read", "InputStream");
    assertThatThrownBy(() -> client.of(BadResult.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("BadResult.start", "Thread");
    assertThatThrownBy(() -> client.of(String.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.String is no interface");
    assertThatThrownBy(() -> client.of(Empty.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no method");
  }

  @Test
  @DisplayName("P.23 without an interface there are no typed calls, said at once")
  void untyped() {
    TaskClient client = client();
    for (Calls<Object> calls : List.of(client.untyped(), client.checkout())) {
      assertThatThrownBy(calls::sync)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("call(method, …)");
      assertThatThrownBy(() -> calls.async(Object::toString))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  @DisplayName("P.4 an argument that cannot travel is refused where the call is made")
  void badArgument() {
    TaskClient client = client();
    assertThatThrownBy(() -> client.call("x", new Thread()))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("Thread");
    assertThatThrownBy(() -> client.call("x", Double.NaN)).hasMessageContaining("NaN");
  }
}
