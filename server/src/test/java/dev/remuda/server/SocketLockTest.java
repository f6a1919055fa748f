package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("hears what all servers log")
@DisplayName("P.14 Whether a server is alive is decided by the lock beside its socket")
class SocketLockTest {

  @TempDir Path folder;
  private Path socket;
  private Path lockFile;

  @BeforeEach
  void paths() {
    socket = folder.resolve("socket");
    lockFile = folder.resolve("socket.lock");
  }

  @Test
  void theLockFileIsPrivateAndHoldsThePid() throws Exception {
    try (SocketLock lock = SocketLock.acquire(socket)) {
      assertThat(lock.path()).isEqualTo(lockFile);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lockFile)))
          .isEqualTo("rw-------");
      assertThat(lockFile).hasContent(Long.toString(ProcessHandle.current().pid()));
    }
    assertThat(lockFile).doesNotExist();
  }

  @Test
  void aSecondOwnerInTheSameJvmIsRefused() throws Exception {
    try (SocketLock lock = SocketLock.acquire(socket)) {
      assertRefused(ProcessHandle.current().pid());
      assertThat(lock.path()).exists();
    }
    SocketLock.acquire(socket).close();
  }

  @Test
  @DisplayName("reading the lock file in the owner's JVM does not free it, as a POSIX lock would")
  void readingTheLockFileDoesNotFreeIt() throws Exception {
    try (SocketLock lock = SocketLock.acquire(socket)) {
      assertThat(Files.readString(lock.path())).isNotEmpty();
      Process flock = flock();
      assertThat(flock.waitFor()).isEqualTo(1);
    }
  }

  @Test
  void anotherProcessIsRefusedAndToldThePid() throws Exception {
    Process holder = holder();
    assertRefused(holder.pid());
    holder.outputWriter().close();
    assertThat(holder.waitFor()).isZero();
    assertThat(lockFile).doesNotExist();
    SocketLock.acquire(socket).close();
  }

  @Test
  void theLockOfAKilledHolderIsTakenOver() throws Exception {
    Process holder = holder();
    Files.writeString(socket, "stale");
    holder.destroyForcibly().waitFor();
    assertThat(lockFile).hasContent(Long.toString(holder.pid()));
    try (SocketLock lock = SocketLock.acquire(socket)) {
      assertThat(lock.path()).hasContent(Long.toString(ProcessHandle.current().pid()));
      assertThat(socket).as("left to the caller").hasContent("stale");
    }
  }

  @Test
  void aHolderThatHasNotWrittenItsPidIsStillRespected() throws Exception {
    Process flock =
        new ProcessBuilder("flock", lockFile.toString(), "sh", "-c", "echo; cat").start();
    assertThat(flock.inputReader().readLine()).isEmpty();
    assertThatThrownBy(() -> SocketLock.acquire(socket))
        .hasMessage(socket + " is in use by a live server");
    flock.outputWriter().close();
    assertThat(flock.waitFor()).isZero();
  }

  @Test
  void aChildProcessDoesNotInheritTheLock() throws Exception {
    SocketLock lock = SocketLock.acquire(socket);
    try (Child child = Child.shell("echo ready; read line")) {
      assertThat(child.line()).isEqualTo("ready");
      lock.close();
      SocketLock.acquire(socket).close();
    }
  }

  @Test
  void closingTwiceDoesNotTouchASuccessor() throws Exception {
    SocketLock first = SocketLock.acquire(socket);
    first.close();
    try (SocketLock second = SocketLock.acquire(socket)) {
      first.close();
      assertThat(second.path()).exists();
      assertRefused(ProcessHandle.current().pid());
    }
  }

  @Test
  void aLockFileThatSomebodyRemovedIsNotRemovedFromItsSuccessor() throws Exception {
    SocketLock robbed = SocketLock.acquire(socket);
    Files.delete(robbed.path());
    try (SocketLock successor = SocketLock.acquire(socket)) {
      robbed.close();
      assertThat(successor.path()).exists();
    }
  }

  @Test
  void aSymbolicLinkIsNotFollowed() throws Exception {
    Path target = Files.writeString(folder.resolve("precious"), "precious");
    Files.createSymbolicLink(lockFile, target);
    assertThatThrownBy(() -> SocketLock.acquire(socket))
        .hasMessage("open %s: ELOOP (Too many levels of symbolic links)", lockFile);
    assertThat(target).hasContent("precious");
  }

  @Test
  void aMissingFolderIsNamed() {
    Path elsewhere = folder.resolve("missing/socket");
    assertThatThrownBy(() -> SocketLock.acquire(elsewhere))
        .hasMessage("open %s.lock: ENOENT (No such file or directory)", elsewhere);
  }

  @Test
  void twoNeverHoldItAtTheSameTime() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    Callable<Integer> contender = () -> contend(holders);
    List<Future<Integer>> wins = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        wins.add(threads.submit(contender));
      }
    }
    for (Future<Integer> win : wins) {
      assertThat(win.get()).isPositive();
    }
    assertThat(lockFile).doesNotExist();
  }

  private int contend(AtomicInteger holders) throws IOException {
    int won = 0;
    while (won < 200) {
      try (SocketLock lock = SocketLock.acquire(socket)) {
        assertThat(holders.incrementAndGet()).as(lock.path().toString()).isEqualTo(1);
        won++;
        holders.decrementAndGet();
      } catch (SocketInUseException e) {
        Thread.onSpinWait();
      }
    }
    return won;
  }

  private void assertRefused(long pid) {
    assertThatThrownBy(() -> SocketLock.acquire(socket))
        .isInstanceOfSatisfying(SocketInUseException.class, e -> assertThat(e.pid()).hasValue(pid))
        .hasMessage(
            "%s is in use by a live server (pid %d%s)",
            socket, pid, pid == ProcessHandle.current().pid() ? ", this process itself" : "");
  }

  private Process holder() throws IOException {
    List<String> command = ChildJvm.command(ProbeLockHolder.class, socket.toString());
    Process holder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(holder.inputReader().readLine()).isEqualTo("locked socket.lock");
    return holder;
  }

  private Process flock() throws IOException {
    return new ProcessBuilder("flock", "--nonblock", lockFile.toString(), "true").start();
  }

  @Test
  @DisplayName("P.14 a lock file that somebody removes is made anew while its server lives")
  void madeAnew() throws Exception {
    Path control = folder.resolve("socket.ctl.lock");
    try (var log = new LogLines();
        TaskServer server =
            TaskServer.builder()
                .listen("unix:" + socket)
                .command("/bin/false")
                .standby(0)
                .crashReports(folder.resolve("crashes"))
                .start()) {
      Files.delete(lockFile);
      Files.delete(control);
      for (Path each : List.of(lockFile, control)) {
        await()
            .atMost(RunningServer.PATIENCE)
            .until(() -> log.containing(each + " was removed while its server lives").size() == 1);
      }
      assertRefused(ProcessHandle.current().pid());
      assertThat(control).hasContent(ProcessHandle.current().pid() + "\n");
      assertThat(server.ended()).isNotDone();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName("P.14 when another server was faster it is left alone, and what to do is said once")
  void madeAnewByAnother() throws Exception {
    Address address = new Address.Unix(socket);
    try (var log = new LogLines()) {
      ListenPoint first = ListenPoint.open(address, SocketAccess.OWNER_ONLY);
      assertThat(first.keepLock()).isNull();
      Files.delete(lockFile);
      ListenPoint second = ListenPoint.open(address, SocketAccess.OWNER_ONLY);
      assertThat(first.keepLock())
          .startsWith(
              lockFile
                  + " was removed while its server lives, and "
                  + socket
                  + " is another's now");
      assertThat(first.keepLock()).isNotNull();
      assertThat(log.containing("SEVERE " + lockFile)).hasSize(1);
      assertThat(second.keepLock()).isNull();
      first.close();
      assertThat(second.keepLock()).isNull();
      second.close();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName("P.14, P.15 a server whose lock file was removed leaves the next one's socket alone")
  void aLockThatWasRemoved() throws Exception {
    Address address = new Address.Unix(socket);
    ListenPoint first = ListenPoint.open(address, SocketAccess.OWNER_ONLY);
    Files.delete(lockFile);
    ListenPoint second = ListenPoint.open(address, SocketAccess.OWNER_ONLY);
    first.close();
    assertThat(socket).exists();
    assertThat(lockFile).exists();
    second.close();
    assertThat(socket).doesNotExist();
    assertThat(lockFile).doesNotExist();
  }
}
