package dev.remuda.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * A short-lived process of a training, at low priority, watched by the supervisor's loop. What it
 * prints is kept, not passed on: most of it is the JVM's.
 */
final class AotProcess {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final int KEPT_LINES = 50;
  private static final int SIGKILL = 9;

  /**
   * How it ended.
   *
   * @param printed its last lines
   * @param said its lines on the control channel
   */
  record End(ExitStatus status, List<String> printed, List<String> said) {}

  private record Source(LineReader lines, long tag) {}

  private final EventLoop loop;
  private final ByteBuffer scratch;
  private final SpawnedWorker spawned;
  private final Consumer<End> whenEnded;
  private final List<Source> sources = new ArrayList<>(3);
  private final Deque<String> printed = new ArrayDeque<>();
  private final Deque<String> said = new ArrayDeque<>();
  private final long pidTag;

  /** Takes over what was started; the loop only, which is also told of its end. */
  AotProcess(
      EventLoop loop,
      ByteBuffer scratch,
      SpawnedWorker spawned,
      int niceness,
      Consumer<End> whenEnded)
      throws IOException {
    this.loop = loop;
    this.scratch = scratch;
    this.spawned = spawned;
    this.whenEnded = whenEnded;
    watch(spawned.controlIn(), said);
    watch(spawned.stdout(), printed);
    watch(spawned.stderr(), printed);
    pidTag = loop.watch(spawned.pidfd(), Epoll.EPOLLIN, this::reap);
    try {
      LowPriority.set(spawned.pid(), niceness);
    } catch (LinuxException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} runs as others do: {1}", spawned.id(), e);
    }
  }

  /** With all that it has started. */
  void kill() {
    try {
      Linux.killGroup(spawned.pid(), SIGKILL);
    } catch (LinuxException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot kill " + spawned.id(), e);
    }
  }

  private void watch(int fd, Deque<String> lines) throws IOException {
    var reader = new LineReader(fd, line -> keep(lines, line));
    sources.add(new Source(reader, loop.watch(fd, Epoll.EPOLLIN, () -> read(reader))));
  }

  private void keep(Deque<String> lines, String line) {
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", spawned.id(), line);
    if (lines.size() == KEPT_LINES) {
      lines.removeFirst();
    }
    lines.add(line);
  }

  private void read(LineReader reader) throws IOException {
    if (!reader.read(scratch)) {
      for (Source source : List.copyOf(sources)) {
        if (source.lines.equals(reader)) {
          close(source);
        }
      }
    }
  }

  private void close(Source source) throws IOException {
    sources.remove(source);
    loop.unwatch(source.lines.fd(), source.tag);
    Linux.close(source.lines.fd());
  }

  /** A zombie still has its number, so its group can be named: what it left behind ends too. */
  private void reap() throws IOException {
    Linux.killGroup(spawned.pid(), SIGKILL);
    ExitStatus status = Linux.reap(spawned.pid());
    if (status == null) {
      return;
    }
    for (Source source : List.copyOf(sources)) {
      source.lines.read(scratch);
      close(source);
    }
    loop.unwatch(spawned.pidfd(), pidTag);
    Linux.close(spawned.pidfd());
    Linux.close(spawned.controlOut());
    whenEnded.accept(new End(status, List.copyOf(printed), List.copyOf(said)));
  }
}
