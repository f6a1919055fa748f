package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.35 Names of hosts are resolved anew for each connection, and never on the loop")
class ResolverTest extends ScriptedTest {
  private static TaskClient client(TaskClient.Builder builder, NettyLoop.Resolver names) {
    return builder.build(new NettyLoop(null, names), new SplittableRandom(1));
  }

  private TaskClient.Builder toName(ScriptedPeer server, Duration timeout) {
    return toPeer()
        .connect(new Address.Tcp("server.example", ((Address.Tcp) server.address()).port()))
        .timeout(timeout);
  }

  @Test
  @DisplayName("P.35 a host that has moved is found at its new address when the next worker is due")
  void moved() throws Exception {
    ScriptedPeer server = listening(ScriptedPeer.tcp());
    var names = new AtomicReference<>("127.0.0.2"); // nobody listens there
    TaskClient.Builder builder = toName(server, PATIENCE);
    try (TaskClient client =
        client(builder, host -> new InetAddress[] {InetAddress.ofLiteral(names.get())})) {
      var call = client.call("x");
      await().atMost(PATIENCE).until(() -> client.connectFailure().get().isPresent());
      names.set("127.0.0.1");
      server.accept().expectFirstCall("x").answer("1");
      assertThat(result(call)).isEqualTo(1L);
    }
  }

  @Test
  @DisplayName("P.35 of several addresses of one name, the first where somebody listens is taken")
  void severalAddresses() throws Exception {
    ScriptedPeer server = listening(ScriptedPeer.tcp());
    InetAddress[] both = {InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")};
    try (TaskClient client = client(toName(server, PATIENCE), host -> both)) {
      var call = client.call("x");
      server.accept().expectFirstCall("x").answer("1");
      assertThat(result(call)).isEqualTo(1L);
      assertThat(client.counters().connectFailures()).isZero();
    }
  }

  @Test
  @DisplayName("P.35 while a name service does not answer, the loop serves all else")
  void slowNameService() throws Exception {
    ScriptedPeer named = listening(ScriptedPeer.tcp());
    var answer = new CountDownLatch(1);
    TaskClient.Builder builder =
        toName(named, PATIENCE)
            .connect(
                new Address.Tcp("server.example", ((Address.Tcp) named.address()).port()),
                peer.address())
            .maxWorkers(2);
    try (TaskClient client =
        client(
            builder,
            host -> {
              try {
                answer.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new UnknownHostException(host);
            })) {
      var call = client.call("x");
      var second = client.call("y");
      ScriptedPeer.Line line = peer.accept().expectFirstCall("x");
      line.answer("1");
      assertThat(result(call)).isEqualTo(1L);
      line.expect("[\"dn\",{}]").expectCall("y").answer("2");
      assertThat(result(second)).isEqualTo(2L);
      answer.countDown();
      await().atMost(PATIENCE).until(() -> client.connectFailure().get().isPresent());
      assertThat(client.connectFailure().get()).contains("unknown host server.example");
    }
  }
}
