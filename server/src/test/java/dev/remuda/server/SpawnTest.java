package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Isolated("counts this JVM's children")
@DisplayName("P.13 A worker inherits only what we gave, and dies with all its descendants")
class SpawnTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aChildHasDescriptors0To4AndNoOther(PosixSpawn.Leftovers leftovers) throws Exception {
    try (JvmFiles files = new JvmFiles(20)) {
      assertThat(files.inheritable()).as("descriptors that a child would inherit").isPositive();
      Child.How how = new Child.How("/bin/sh", "-c", "echo ready; read line");
      try (Child child = how.leftovers(leftovers).start()) {
        assertThat(child.line()).isEqualTo("ready");
        assertThat(descriptors(child.pid)).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
      }
    }
  }

  @Test
  void eachDescriptorIsTheOneThatWasGiven() throws Exception {
    String script = "read a; echo out $a; echo err $a >&2; read b <&3; echo control $b >&4";
    try (Child child = Child.shell(script)) {
      child.tell("one");
      child.control("two");
      assertThat(child.line()).isEqualTo("out one");
      assertThat(child.errorLine()).isEqualTo("err one");
      assertThat(child.controlLine()).isEqualTo("control two");
    }
  }

  @Test
  void noSignalIsBlockedOrIgnoredOrCaught() throws Exception {
    try (Child child = Child.start("/bin/sleep", "1000")) {
      Map<String, String> status = procStatus(child.pid);
      assertThat(status)
          .containsEntry("SigBlk", "0000000000000000")
          .containsEntry("SigIgn", "0000000000000000")
          .containsEntry("SigCgt", "0000000000000000");
    }
  }

  @Test
  void aChildLeadsItsOwnSessionAndGroup() throws Exception {
    try (Child child = Child.start("/bin/sleep", "1000")) {
      List<String> stat = procStat(child.pid);
      String pid = Long.toString(child.pid);
      assertThat(stat.get(2)).as("process group").isEqualTo(pid);
      assertThat(stat.get(3)).as("session").isEqualTo(pid);
    }
  }

  @Test
  void aChildStartsInItsWorkingDirectory() throws Exception {
    try (Child child = new Child.How("/bin/sh", "-c", "pwd -P").directory(folder).start()) {
      assertThat(child.line()).isEqualTo(folder.toRealPath().toString());
    }
  }

  @Test
  void theEnvironmentIsExactlyWhatWasGiven() throws Exception {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("GREETING", "grüß dich");
    environment.put("EMPTY", "");
    try (Child child = new Child.How("env").environment(environment).start()) {
      assertThat(child.output()).isEqualTo("GREETING=grüß dich\nEMPTY=\n");
    }
  }

  @Test
  void argumentsArriveAsTheyAre() throws Exception {
    try (Child child = Child.start("printf", "%s|", "", "a b", "$HOME", "'\"\n")) {
      assertThat(child.output()).isEqualTo("|a b|$HOME|'\"\n|");
    }
  }

  @Test
  void theExitCodeIsReported() throws Exception {
    try (Child child = Child.shell("exit 7")) {
      ExitStatus status = child.await();
      assertThat(status.ending()).isEqualTo(new ExitStatus.Exited(7)).hasToString("exit code 7");
      assertThat(status.maxRssKiB()).isPositive();
    }
  }

  @Test
  void aDeathBySignalIsReportedWithItsName() throws Exception {
    try (Child child = Child.shell("ulimit -c 0; kill -SEGV $$")) {
      assertThat(child.await().ending())
          .isEqualTo(new ExitStatus.Signalled(Signals.SIGSEGV, false))
          .hasToString("killed by SIGSEGV");
    }
  }

  @Test
  void theProcessorTimeOfAChildIsReported() throws Exception {
    try (Child child = Child.shell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")) {
      ExitStatus status = child.await();
      assertThat(status.userCpu().plus(status.systemCpu())).isPositive();
    }
  }

  @Test
  void killingTheGroupTakesAGrandchild() throws Exception {
    try (Child child = Child.shell("/bin/sleep 1000 & echo $!; wait")) {
      int grandchild = Linux.pidfd(Long.parseLong(child.line()));
      try {
        Linux.killGroup(child.pid, Signals.SIGKILL);
        Child.awaitEnd(grandchild);
      } finally {
        Linux.close(grandchild);
      }
      assertThat(child.await().ending()).isEqualTo(new ExitStatus.Signalled(9, false));
    }
  }

  @Test
  void killingTheGroupOfADeadChildStillTakesItsGrandchild() throws Exception {
    try (Child child = Child.shell("/bin/sleep 1000 & echo $!")) {
      int grandchild = Linux.pidfd(Long.parseLong(child.line()));
      int dead = Linux.pidfd(child.pid);
      try {
        Child.awaitEnd(dead);
        Linux.killGroup(child.pid, Signals.SIGKILL);
        Child.awaitEnd(grandchild);
      } finally {
        Linux.close(grandchild);
        Linux.close(dead);
      }
      assertThat(child.await().ending()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Test
  void aRunningChildIsNotReaped() throws Exception {
    try (Child child = Child.start("/bin/cat")) {
      assertThat(Linux.exited(child.pid)).isFalse();
      assertThat(Linux.reap(child.pid)).isNull();
    }
  }

  @Test
  void lookingWhetherAChildEndedLeavesItsStatusToBeReaped() throws Exception {
    try (Child child = Child.start("/bin/cat")) {
      int pidfd = Linux.pidfd(child.pid);
      Linux.signal(child.pid, Signals.SIGTERM);
      Child.awaitEnd(pidfd);
      Linux.close(pidfd);
      assertThat(Linux.exited(child.pid)).isTrue();
      assertThat(child.await().ending()).hasToString("killed by SIGTERM");
    }
  }

  @Test
  void signallingWhatIsGoneIsNoError() throws Exception {
    try (Child child = Child.start("true")) {
      child.await();
      Linux.signal(child.pid, Signals.SIGTERM);
      Linux.killGroup(child.pid, Signals.SIGKILL);
    }
  }

  @Test
  void reapingTwiceFails() throws Exception {
    try (Child child = Child.start("true")) {
      child.await();
      assertThatThrownBy(() -> Linux.reap(child.pid))
          .hasMessage("wait4 %d: ECHILD (No child processes)", child.pid);
    }
  }

  @Test
  @DisplayName("only our own children are waited for, never those of ProcessBuilder")
  void childrenOfProcessBuilderKeepTheirStatus() throws Exception {
    Process other = new ProcessBuilder("/bin/sh", "-c", "read line; exit 5").start();
    try (Child child = Child.shell("exit 6")) {
      other.outputWriter().close();
      assertThat(child.await().ending()).isEqualTo(new ExitStatus.Exited(6));
    }
    assertThat(other.waitFor()).isEqualTo(5);
  }

  @Test
  void aJvmWithSigchldIgnoredStillHearsHowItsChildrenEnd() throws Exception {
    Process jvm =
        new ProcessBuilder(ChildJvm.command(ProbeIgnoredSigchld.class))
            .redirectErrorStream(true)
            .start();
    assertThat(jvm.inputReader().readLine()).isEqualTo("exit code 3");
    assertThat(jvm.waitFor()).isZero();
  }

  @Test
  void aMissingProgramIsNamed() {
    assertThatThrownBy(() -> Child.start("/nowhere/program"))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errnoName()).isEqualTo("ENOENT"))
        .hasMessage("posix_spawn /nowhere/program: ENOENT (No such file or directory)");
  }

  @Test
  void aFileThatIsNoProgramIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "hello");
    assertThatThrownBy(() -> Child.start(file.toString()))
        .hasMessage("posix_spawn %s: EACCES (Permission denied)", file);
  }

  @Test
  void aMissingWorkingDirectoryIsNamed() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> new Child.How("/bin/cat").directory(missing).start())
        .hasMessage("posix_spawn, chdir %s: ENOENT (No such file or directory)", missing);
  }

  @Test
  void descriptorsThatWouldOverwriteEachOtherAreRefused() {
    assertThatThrownBy(() -> new Spawn.Streams(10, 0, 2, 11, 12))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("descriptor 0 cannot become 1: it is overwritten first");
  }

  @Test
  void aNulCharacterIsRefused() {
    assertThatThrownBy(() -> Child.start("/bin/echo", "a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  @Test
  @DisplayName("after 300 children no descriptor and no zombie is left")
  void threeHundredChildrenLeaveNothing() throws Exception {
    Child.start("true").close();
    Set<String> before = descriptors(ProcessHandle.current().pid());
    Set<Long> pids = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      try (Child child = Child.start("true")) {
        pids.add(child.pid);
        assertThat(child.await().ending()).isEqualTo(new ExitStatus.Exited(0));
      }
    }
    assertThat(descriptors(ProcessHandle.current().pid())).hasSameSizeAs(before);
    assertThat(ProcessHandle.current().children().map(ProcessHandle::pid))
        .doesNotContainAnyElementsOf(pids);
  }

  @Test
  void failedStartsLeaveNoDescriptor() throws Exception {
    assertThatThrownBy(() -> Child.start("/nowhere/program")).isInstanceOf(IOException.class);
    Set<String> before = descriptors(ProcessHandle.current().pid());
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> Child.start("/nowhere/program")).isInstanceOf(IOException.class);
    }
    assertThat(descriptors(ProcessHandle.current().pid())).hasSameSizeAs(before);
  }

  static Set<String> descriptors(long pid) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static Map<String, String> procStatus(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .map(line -> line.split(":\\s*", 2))
          .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }
  }

  /** The fields after the name: state, parent, process group, session. */
  private static List<String> procStat(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
  }

  /**
   * Sockets and files as a host program has them open: the JDK makes some without close-on-exec.
   */
  private final class JvmFiles implements AutoCloseable {
    private final List<Closeable> open = new ArrayList<>();

    JvmFiles(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        open.add(ServerSocketChannel.open());
        open.add(new RandomAccessFile(folder.resolve("file" + i).toFile(), "rw"));
      }
    }

    long inheritable() throws IOException {
      long count = 0;
      for (String fd : descriptors(ProcessHandle.current().pid())) {
        Path info = Path.of("/proc/self/fdinfo/" + fd);
        if (Integer.parseInt(fd) > 4 && Files.exists(info) && !closeOnExec(info)) {
          count++;
        }
      }
      return count;
    }

    private static boolean closeOnExec(Path info) throws IOException {
      String flags = Files.readAllLines(info).get(1).replaceFirst("flags:\\s*", "");
      return (Integer.parseInt(flags, 8) & 0x80000) != 0;
    }

    @Override
    public void close() throws IOException {
      for (Closeable resource : open) {
        resource.close();
      }
    }
  }
}
