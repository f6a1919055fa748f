package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.15 The steps of a hand-over, and its refusals")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SuccessionTest {
  private static final String ECHO = "[\"do\",{},\"echo\",1]";
  private static final String ECHOED = "[\"ok\",{},[1]]";

  private static final String LISTENER =
      """
      void main(String[] arguments) throws Exception {
        var server =
            java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
                .bind(java.net.UnixDomainSocketAddress.of(arguments[0]));
        IO.println("listening");
        while (true) {
          server.accept();
        }
      }
      """;

  @TempDir Path folder;

  private Address.Unix socket() {
    return new Address.Unix(folder.resolve("s"));
  }

  private Address.Unix control() {
    return new Address.Unix(folder.resolve("s.ctl"));
  }

  private TaskServer.Builder builder() {
    return TaskServer.builder()
        .serve(Served.Trial.class)
        .listen(socket())
        .jvmArguments("-XX:TieredStopAtLevel=1", "-Xmx64m");
  }

  private void assertServed(Address address) throws IOException {
    try (RawPeer peer = RawPeer.connect(address)) {
      assertThat(peer.call(ECHO)).isEqualTo(ECHOED);
    }
  }

  private Predecessor asked() throws IOException {
    return Objects.requireNonNull(Predecessor.at(control()));
  }

  private static void close(List<ListenPoint> points) throws IOException {
    for (ListenPoint point : points) {
      point.close();
    }
  }

  private void assertEmpty() {
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName("P.15 with no server there it just starts, and after a dead one too")
  void nobodyThere() throws Exception {
    try (TaskServer first = builder().replace().start()) {
      assertServed(first.addresses().getFirst());
    }
    assertEmpty();
    Linux.close(Linux.unixListener(control().path(), 0600, 1));
    try (TaskServer second = builder().replace().start()) {
      assertServed(second.addresses().getFirst());
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 the new one may listen on more; the old one ends; the files go with the last")
  void more() throws Exception {
    TaskServer old = builder().listen("tcp:127.0.0.1:0").start();
    try (TaskServer successor =
        builder()
            .listen("unix:" + folder.resolve("more"))
            .listen("tcp:localhost:0")
            .replace()
            .start()) {
      old.ended().get(30, TimeUnit.SECONDS);
      assertThat(((Address.Tcp) successor.addresses().getLast()).port())
          .isEqualTo(((Address.Tcp) old.addresses().getLast()).port());
      for (Address address : successor.addresses()) {
        assertServed(address);
      }
      old.close();
      assertServed(socket());
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 an address is the same in other words: through a symbolic link, with a dot")
  void inOtherWords() throws Exception {
    TaskServer old = builder().start();
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    try (TaskServer successor =
        TaskServer.builder()
            .serve(Served.Trial.class)
            .listen("unix:" + link.resolve("./s"))
            .replace()
            .start()) {
      old.ended().get(30, TimeUnit.SECONDS);
      assertServed(socket());
      assertThat(successor.addresses()).containsExactly(socket());
    }
    Files.delete(link);
    assertEmpty();
  }

  @Test
  @DisplayName("P.14, P.15 locks that somebody has removed are made anew at the hand-over")
  void locksRemoved() throws Exception {
    TaskServer old = builder().start();
    assertServed(socket());
    Files.delete(folder.resolve("s.lock"));
    Files.delete(folder.resolve("s.ctl.lock"));
    try (TaskServer successor = builder().replace().start()) {
      old.ended().get(30, TimeUnit.SECONDS);
      assertServed(successor.addresses().getFirst());
      assertThat(folder.resolve("s.lock")).exists();
      assertThat(folder.resolve("s.ctl.lock")).exists();
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.14, P.15 a lock that cannot be had again is told to who asks for the hand-over")
  void lockTaken() throws Exception {
    try (TaskServer old = builder().start()) {
      Files.delete(folder.resolve("s.lock"));
      try (SocketLock _ = SocketLock.acquire(socket().path())) {
        assertThatThrownBy(() -> builder().replace().start())
            .isInstanceOf(IOException.class)
            .hasMessageContaining("s.lock was removed while its server lives, and now ")
            .hasMessageContaining("nobody reaches this one there; end it");
      }
      assertServed(socket());
      assertThat(old.ended()).isNotDone();
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 a new one that does not listen on all that the old one does is refused")
  void fewer() throws Exception {
    try (TaskServer old = builder().listen("tcp:127.0.0.1:0").start()) {
      assertThatThrownBy(() -> builder().replace().start())
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot replace the server at %s: it listens on %s too, and who waits there would be"
                  + " lost; listen there, or end it first",
              control(), old.addresses().getLast());
      assertServed(socket());
      assertServed(old.addresses().getLast());
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 without a control address there is nobody to ask")
  void noControl() {
    assertThatThrownBy(() ->
            TaskServer.builder()
                .serve(Served.Trial.class)
                .listen("tcp:127.0.0.1:0")
                .replace()
                .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("say control(ADDRESS)");
  }

  @Test
  @DisplayName("P.15 when the new one's workers cannot be set up the old one goes on")
  void badSuccessor() throws Exception {
    try (TaskServer old = builder().start()) {
      assertServed(socket());
      Files.createFile(folder.resolve("setup-fails"));
      assertThatThrownBy(() ->
              builder()
                  .serve(Served.Hooked.class)
                  .environment("TRIAL", folder.toString())
                  .replace()
                  .start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot take over, so the other server goes on: ")
          .hasMessageContaining("setup on purpose");
      assertServed(socket());
      assertThat(old.ended()).isNotDone();
    }
    Files.delete(folder.resolve("setup-fails"));
    Files.delete(folder.resolve("log"));
    assertEmpty();
  }

  @Test
  @DisplayName(
      "P.15 when the new one's worker is never ready it is killed, and the old one goes on")
  void neverReady() throws Exception {
    try (TaskServer old = builder().start()) {
      Path pid = folder.resolve("pid");
      assertThatThrownBy(() ->
              TaskServer.builder()
                  .command("/bin/sh", "-c", "echo $$ > " + pid + "; exec sleep 1000")
                  .listen(socket())
                  .replace(Duration.ofSeconds(2))
                  .start())
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot take over, so the other server goes on: no worker was ready within 2000 ms");
      assertThat(Path.of("/proc/" + Files.readString(pid).strip())).doesNotExist();
      Files.delete(pid);
      assertServed(socket());
      assertThat(old.ended()).isNotDone();
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 a second successor is refused while there is one, and the first one wins")
  void secondMeanwhile() throws Exception {
    try (TaskServer old = builder().start()) {
      Path hold = Files.createFile(folder.resolve("setup-waits"));
      var first = CompletableFuture.supplyAsync(this::startHooked, Thread::startVirtualThread);
      Path log = folder.resolve("log");
      await().atMost(RunningServer.PATIENCE).until(() -> Files.exists(log));
      assertThatThrownBy(() -> builder().replace().start())
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot replace the server at %s: it is handing over to the server with pid %d"
                  + " already",
              control(), ProcessHandle.current().pid());
      assertServed(socket());
      Files.delete(hold);
      try (TaskServer successor = first.get(60, TimeUnit.SECONDS)) {
        old.ended().get(60, TimeUnit.SECONDS);
        assertServed(successor.addresses().getFirst());
      }
      Files.delete(log);
    }
    assertEmpty();
  }

  private TaskServer startHooked() {
    try {
      return builder()
          .serve(Served.Hooked.class)
          .environment("TRIAL", folder.toString())
          .replace()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @DisplayName("P.15 without replace() a live server is not touched")
  void notAsked() throws Exception {
    try (TaskServer old = builder().start()) {
      assertThatThrownBy(() -> builder().start())
          .isInstanceOf(SocketInUseException.class)
          .hasMessage(
              "%s is in use by a live server (pid %d, this process itself)",
              socket().path(), ProcessHandle.current().pid());
      assertThatThrownBy(
              () -> builder().control("unix:" + folder.resolve("elsewhere")).replace().start())
          .as("it answers at another control address")
          .isInstanceOf(SocketInUseException.class);
      assertServed(socket());
      assertThat(old.ended()).isNotDone();
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 root does not take over what listens at another user's control address")
  void anothers() throws Exception {
    assumeTrue(Linux.ownUid() == 0 && Files.isExecutable(Path.of("/usr/bin/setpriv")));
    Path open = Files.createTempDirectory("remuda-other");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path source = Files.writeString(open.resolve("Listener.java"), LISTENER);
    Path control = open.resolve("s.ctl");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process other =
        new ProcessBuilder(
                List.of(
                    "/usr/bin/setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    java,
                    source.toString(),
                    control.toString()))
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("listening");
      assertThatThrownBy(() -> builder().control("unix:" + control).replace().start())
          .isInstanceOf(IOException.class)
          .hasMessage("cannot replace the server at unix:%s: it is user 65534's", control);
    } finally {
      other.destroyForcibly().waitFor();
      Files.deleteIfExists(control);
      Files.delete(source);
      Files.delete(open);
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 a server hands over to one at a time, and only that one can send it away")
  void oneAtATime() throws Exception {
    try (TaskServer old = builder().start()) {
      try (Predecessor first = asked();
          Predecessor second = asked()) {
        assertThatThrownBy(first::dismiss).hasMessageContaining("nothing was handed over");
        List<ListenPoint> points = Objects.requireNonNull(first.takeOver());
        assertThat(points.stream().map(ListenPoint::address)).containsExactly(socket(), control());
        assertThatThrownBy(second::takeOver)
            .hasMessageContaining("it is handing over to the server with pid")
            .hasMessageContaining(" already");
        assertThatThrownBy(second::dismiss).hasMessageContaining("nothing was handed over");
        close(points);
        assertThat(old.ended()).isNotDone();
      }
      assertServed(socket()); // when it hears of that, it has heard that the first is gone
      assertThat(old.stats().join().killed()).isZero();
    }
    assertEmpty();
  }

  @Test
  @DisplayName(
      "P.15 whoever gives up leaves all to the old one, again and again, and no descriptor")
  void givenUp() throws Exception {
    try (TaskServer old = builder().start()) {
      giveUp();
      long self = ProcessHandle.current().pid();
      int descriptors = SpawnTest.descriptors(self).size();
      for (int i = 0; i < 50; i++) {
        giveUp();
      }
      await()
          .untilAsserted(() ->
              assertThat(SpawnTest.descriptors(self)).hasSizeLessThanOrEqualTo(descriptors + 1));
      assertServed(socket());
      assertThat(old.ended()).isNotDone();
    }
    assertEmpty();
  }

  /** The old one may hear of it a moment later. */
  private void giveUp() throws IOException {
    List<ListenPoint> points =
        await().ignoreExceptions().until(this::takeAndLetGo, Objects::nonNull);
    assertThat(points).hasSize(2);
    assertThatThrownBy(() -> SocketLock.acquire(socket().path()))
        .isInstanceOf(SocketInUseException.class);
  }

  private List<ListenPoint> takeAndLetGo() throws IOException {
    try (Predecessor predecessor = asked()) {
      List<ListenPoint> points = Objects.requireNonNull(predecessor.takeOver());
      close(points);
      return points;
    }
  }

  @Test
  @DisplayName("P.15 a server that is closed in the middle leaves path and lock to the other")
  void closedInTheMiddle() throws Exception {
    TaskServer old = builder().start();
    assertServed(socket());
    try (Predecessor predecessor = asked()) {
      List<ListenPoint> points = Objects.requireNonNull(predecessor.takeOver());
      assertThat(predecessor.lives()).isTrue();
      old.close();
      assertThat(predecessor.lives()).isFalse();
      predecessor.dismiss();
      assertThatThrownBy(() -> SocketLock.acquire(socket().path()))
          .isInstanceOf(SocketInUseException.class);
      RawPeer.connect(socket()).close();
      for (ListenPoint point : points) {
        point.own();
      }
      assertThat(folder.resolve("s.lock")).hasContent(ProcessHandle.current().pid() + "\n");
      close(points);
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15, P.16 drained in the middle, and given up by the other: who waits is served")
  void drainedInTheMiddle() throws Exception {
    TaskServer old = builder().start();
    CompletableFuture<?> drained;
    try (RawPeer busy = RawPeer.connect(socket())) {
      assertThat(busy.call(ECHO)).isEqualTo(ECHOED);
      RawPeer waiting;
      try (Predecessor predecessor = asked()) {
        List<ListenPoint> points = Objects.requireNonNull(predecessor.takeOver());
        drained = old.drain();
        await()
            .atMost(RunningServer.PATIENCE)
            .until(() ->
                old.stats().join().workers().stream().allMatch(w -> w.state().equals("RETIRING")));
        waiting = RawPeer.connect(socket());
        waiting.send(ECHO);
        close(points);
      }
      try (waiting) {
        assertThat(waiting.receive()).isEqualTo(ECHOED);
        assertThat(drained).isNotDone();
        assertThat(busy.call(ECHO)).isEqualTo(ECHOED);
      }
    }
    drained.get(60, TimeUnit.SECONDS);
    assertEmpty();
  }

  @Test
  @DisplayName("P.15, P.16 drained in the middle, and taken over: it ends, the other serves")
  void drainedAndTakenOver() throws Exception {
    TaskServer old = builder().start();
    assertServed(socket());
    try (Predecessor predecessor = asked()) {
      List<ListenPoint> points = Objects.requireNonNull(predecessor.takeOver());
      CompletableFuture<?> drained = old.drain();
      predecessor.dismiss();
      drained.get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> SocketLock.acquire(socket().path()))
          .isInstanceOf(SocketInUseException.class);
      RawPeer.connect(socket()).close();
      for (ListenPoint point : points) {
        point.own();
      }
      close(points);
    }
    assertEmpty();
  }

  @Test
  @DisplayName("P.15 what hands over nonsense, or says nothing that is known, is named in one line")
  void nonsense() throws Exception {
    try (TaskServer old = builder().start();
        Predecessor predecessor = asked()) {
      assertThat(old.addresses()).hasSize(1);
      try (RawPeer peer = RawPeer.connect(control())) {
        assertThat(peer.call("[\"do\",{},\"handover\",\"x\"]"))
            .isEqualTo("[\"er\",{},\"handover needs the pid of the server that asks\"]");
        assertThat(peer.call("[\"do\",{},\"handed\"]"))
            .isEqualTo("[\"er\",{},\"nothing was handed over on this connection\"]");
      }
      assertThat(predecessor.lives()).isTrue();
    }
    assertEmpty();
  }
}
