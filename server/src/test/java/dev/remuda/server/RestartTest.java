package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.15 A server is replaced while it is called")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class RestartTest {
  @TempDir Path folder;
  private List<String> wanted;
  private final List<Generation> all = new ArrayList<>();

  @BeforeEach
  void addresses() {
    wanted = List.of("unix:" + folder.resolve("s"), "tcp:127.0.0.1:0");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    for (Generation each : all.reversed()) {
      each.close();
    }
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .allMatch(name -> name.matches("g\\d+"));
    }
  }

  private Path nextFolder() {
    return folder.resolve("g" + all.size());
  }

  private Generation start(int standby, int maxWorkers) throws IOException {
    all.add(Generation.start(nextFolder(), standby, maxWorkers, wanted));
    return all.getLast();
  }

  private Generation start() throws IOException {
    return start(2, 0);
  }

  /** It has been given everything, and is not ready. */
  private Generation startAndHold() throws IOException {
    Generation.holdSetup(nextFolder());
    Generation held = start();
    held.awaitSetup();
    return held;
  }

  @Test
  @DisplayName("P.15 twice in a row under steady load no call fails and no lock is ever free")
  void twice() throws Exception {
    Generation present = start();
    List<Address> addresses = present.ready();
    try (var load = new SteadyLoad(2, addresses)) {
      load.awaitServed(20);
      for (int i = 0; i < 2; i++) {
        Generation successor = start();
        assertThat(successor.ready()).isEqualTo(addresses);
        present.awaitEnd();
        present = successor;
        load.awaitServed(20);
      }
    }
  }

  @Test
  @DisplayName("P.15 the old one killed in the middle: no call fails, the new one serves")
  void oldKilled() throws Exception {
    Generation present = start();
    List<Address> addresses = present.ready();
    try (var load = new SteadyLoad(2, addresses)) {
      for (int i = 0; i < 2; i++) {
        load.awaitServed(20);
        Generation successor = startAndHold();
        present.kill();
        load.assertNoneFailed();
        successor.letSetup();
        assertThat(successor.ready()).isEqualTo(addresses);
        present = successor;
      }
      load.awaitServed(20);
    }
  }

  @Test
  @DisplayName("P.15 the new one killed in the middle: no call fails, the old one goes on")
  void newKilled() throws Exception {
    Generation present = start();
    List<Address> addresses = present.ready();
    try (var load = new SteadyLoad(2, addresses)) {
      for (int i = 0; i < 2; i++) {
        Generation successor = startAndHold();
        successor.kill();
        load.awaitServed(20);
        assertThat(present.isAlive()).isTrue();
      }
      assertThat(start().ready()).isEqualTo(addresses);
      present.awaitEnd();
      load.awaitServed(20);
    }
  }

  @Test
  @DisplayName("P.15 either killed at any moment: one serves, or the address is free for the next")
  void killedAtAnyMoment() throws Exception {
    killAtAnyMoment(4);
  }

  @Test
  @Tag("long")
  @DisplayName("P.15 either killed at any moment, 40 times")
  void killedAtAnyMomentOften() throws Exception {
    killAtAnyMoment(40);
  }

  private void killAtAnyMoment(int times) throws Exception {
    var random = new Random(15);
    Generation present = start();
    List<Address> addresses = present.ready();
    wanted = addresses.stream().map(Address::toString).toList();
    for (int i = 0; i < times; i++) {
      Generation successor = start();
      boolean old = i % 2 == 0;
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_200)));
      (old ? present : successor).kill();
      if (old) {
        present = successor;
        assertThat(present.ready()).isEqualTo(addresses);
      } else if (endsSoon(present)) {
        present = start(); // it had handed over already
        assertThat(present.ready()).isEqualTo(addresses);
      }
      for (Address address : addresses) {
        try (RawPeer peer = RawPeer.connect(address)) {
          assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
        }
      }
    }
  }

  /** Whether it has handed over, and has no worker that still serves. */
  private boolean endsSoon(Generation present) {
    Path control = folder.resolve("s.ctl");
    try (RawPeer peer = RawPeer.connect(new Address.Unix(control))) {
      return !peer.call("[\"do\",{},\"status\"]").contains("\"pid\":" + present.pid());
    } catch (IOException | AssertionError e) {
      return true; // nobody listens, or it stopped to do so while it was asked
    }
  }

  @Test
  @DisplayName("P.15 who waits in the queue while a server is replaced is served by the next one")
  void waiting() throws Exception {
    Generation present = start(0, 1);
    List<Address> addresses = present.ready();
    var waiting = new ArrayList<RawPeer>();
    try (RawPeer busy = RawPeer.connect(addresses.getFirst())) {
      String pid = busy.call("[\"do\",{},\"pid\"]");
      for (int i = 0; i < 8; i++) {
        waiting.add(RawPeer.connect(addresses.get(i % addresses.size())));
        waiting.getLast().send("[\"do\",{},\"echo\"," + i + "]");
      }
      assertThat(waiting.getFirst().hears(200)).as("at the maximum").isFalse();
      assertThat(start(1, 2).ready()).isEqualTo(addresses);
      allServed(waiting);
      assertThat(present.isAlive()).as("it has a client yet").isTrue();
      assertThat(busy.call("[\"do\",{},\"pid\"]")).isEqualTo(pid);
    }
    present.awaitEnd();
  }

  /** In whatever order: each lets go of its worker for the next. */
  private static void allServed(List<RawPeer> waiting) throws Exception {
    var replies = new ArrayList<CompletableFuture<String>>();
    for (RawPeer peer : waiting) {
      replies.add(
          CompletableFuture.supplyAsync(
              () -> {
                try (peer) {
                  return peer.receive();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              Thread::startVirtualThread));
    }
    for (int i = 0; i < replies.size(); i++) {
      assertThat(replies.get(i).get(60, TimeUnit.SECONDS)).isEqualTo("[\"ok\",{},[" + i + "]]");
    }
  }

  @Test
  @DisplayName("P.15 servers that follow each other do not gather descriptors")
  void descriptors() throws Exception {
    Generation present = start();
    present.ready();
    int first = 0;
    for (int i = 0; i < 3; i++) {
      Generation successor = start();
      successor.ready();
      present.awaitEnd();
      present = successor;
      int before = settled(successor);
      first = first == 0 ? before : first;
      assertThat(before).isEqualTo(first);
    }
  }

  /** With as many workers as it will have. */
  private int settled(Generation generation) {
    Path log = folder.resolve("g" + (all.size() - 1)).resolve("log");
    await()
        .atMost(RunningServer.PATIENCE)
        .until(() -> Files.exists(log) && Files.readAllLines(log).size() == 4);
    var last = new int[2];
    await()
        .atMost(RunningServer.PATIENCE)
        .until(() -> {
          last[0] = last[1];
          last[1] = generation.descriptors();
          return last[0] == last[1];
        });
    return last[1];
  }
}
