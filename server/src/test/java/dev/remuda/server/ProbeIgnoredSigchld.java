package dev.remuda.server;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** Ignores SIGCHLD, as a JVM may have been started, and says how a child of its own ended. */
final class ProbeIgnoredSigchld {

  private static final MemorySegment SIG_IGN = MemorySegment.ofAddress(1);

  private ProbeIgnoredSigchld() {}

  public static void main(String[] arguments) throws Exception {
    ignoreSigchld();
    Spawn.Streams streams = new Spawn.Streams(0, 1, 2, Linux.pipe().read(), Linux.pipe().write());
    List<String> command = List.of("/bin/sh", "-c", "exit 3");
    long pid = Linux.spawn(new Spawn("/bin/sh", command, Map.of(), null, streams));
    int pidfd = Linux.pidfd(pid);
    try (Epoll epoll = new Epoll()) {
      epoll.add(pidfd, Epoll.EPOLLIN, 1);
      epoll.await(20_000);
    }
    ExitStatus status = Linux.reap(pid);
    System.out.println(status == null ? "running" : status.ending());
  }

  private static void ignoreSigchld() {
    try (Arena arena = Arena.ofConfined()) {
      Libc.signal(Libc.state(arena), Signals.SIGCHLD, SIG_IGN);
    }
  }
}
