package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A process just started, with our ends of its pipes.
 *
 * @param stdout where its standard output is read
 * @param stderr where its standard error is read
 * @param controlIn where its control lines are read
 * @param controlOut where it is told something
 * @param startedNanos {@link System#nanoTime} just before its start
 */
record SpawnedWorker(
    String id,
    long pid,
    int pidfd,
    int stdout,
    int stderr,
    int controlIn,
    int controlOut,
    long startedNanos) {

  private static final int SIGKILL = 9;
  private static final int SPARE_PIPES = 4;

  /** Starts a worker on a listening socket; leaves nothing open when that fails. */
  static SpawnedWorker start(
      String id,
      WorkerProgram program,
      Map<String, String> environment,
      @Nullable Path workingDirectory,
      int listener)
      throws IOException {
    Set<Integer> open = new LinkedHashSet<>();
    try {
      Pipe stdout = pipe(open);
      Pipe stderr = pipe(open);
      Pipe fromWorker = pipe(open);
      Pipe toWorker = pipe(open);
      for (Pipe ours : List.of(stdout, stderr, fromWorker)) {
        Linux.setNonBlocking(ours.read());
      }
      Linux.setNonBlocking(toWorker.write());
      leaveRoom();
      long startedNanos = System.nanoTime();
      long pid =
          Linux.spawn(
              new Spawn(
                  program.executable(),
                  program.arguments(id),
                  WorkerProgram.environment(environment, id),
                  workingDirectory,
                  new Spawn.Streams(
                      listener,
                      stdout.write(),
                      stderr.write(),
                      toWorker.read(),
                      fromWorker.write())));
      for (int theirs :
          List.of(stdout.write(), stderr.write(), fromWorker.write(), toWorker.read())) {
        open.remove(theirs);
        Linux.close(theirs);
      }
      int pidfd = pidfd(pid);
      return new SpawnedWorker(
          id,
          pid,
          pidfd,
          stdout.read(),
          stderr.read(),
          fromWorker.read(),
          toWorker.write(),
          startedNanos);
    } catch (IOException | RuntimeException | Error e) {
      for (int fd : open) {
        Linux.close(fd);
      }
      throw e;
    }
  }

  /** A process that cannot be watched must not live. */
  private static int pidfd(long pid) throws IOException {
    try {
      return Linux.pidfd(pid);
    } catch (IOException | RuntimeException | Error e) {
      killAndReap(pid);
      throw e;
    }
  }

  /** For a process that cannot be looked after: it ends now, and nothing of it stays. */
  void abandon() throws IOException {
    killAndReap(pid);
    for (int fd : List.of(pidfd, stdout, stderr, controlIn, controlOut)) {
      Linux.close(fd);
    }
  }

  private static void killAndReap(long pid) throws IOException {
    Linux.killGroup(pid, SIGKILL);
    while (Linux.reap(pid) == null) {
      Thread.onSpinWait(); // it is dying
    }
  }

  /** At the limit of descriptors the last are not a worker's: somebody may ask what is wrong. */
  private static void leaveRoom() throws IOException {
    Set<Integer> spare = new LinkedHashSet<>();
    try {
      for (int i = 0; i < SPARE_PIPES; i++) {
        pipe(spare);
      }
    } finally {
      for (int fd : spare) {
        Linux.close(fd);
      }
    }
  }

  private static Pipe pipe(Set<Integer> open) throws IOException {
    Pipe pipe = Linux.pipe();
    open.add(pipe.read());
    open.add(pipe.write());
    return pipe;
  }
}
