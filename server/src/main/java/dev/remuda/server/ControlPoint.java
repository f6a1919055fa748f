package dev.remuda.server;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The control address: who may connect, how many, and for how long. Belongs to the supervisor's
 * loop, which nobody here can make wait.
 */
final class ControlPoint implements ControlConnection.Host {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final int ROOT = 0;

  /**
   * What is granted to those who connect.
   *
   * @param connections how many at a time; more wait until one ends
   * @param idleMillis how long one may say nothing
   * @param crowdedMillis the same while others wait
   */
  record Allowance(int connections, long idleMillis, long crowdedMillis) {
    static final Allowance USUAL = new Allowance(64, 300_000, 1_000);
  }

  /** What can be asked. */
  interface Commands {
    /**
     * Answers now or later, on the loop.
     *
     * @param name the first word of the question, whatever it is
     */
    void answer(@Nullable Object name, Question question);
  }

  private final ListenPoint point;
  private final EventLoop loop;
  private final ByteBuffer scratch;
  private final Commands commands;
  private final Allowance allowance;
  private final Meta greeting;
  private final int ownUid = Linux.ownUid();
  private final long listenTag;

  /** The oldest first. */
  private final Set<ControlConnection> connections = new LinkedHashSet<>();

  private boolean looking;
  private boolean crowded;
  private boolean closed;

  ControlPoint(
      ListenPoint point, EventLoop loop, ByteBuffer scratch, Commands commands, Allowance allowance)
      throws IOException {
    this.point = point;
    this.loop = loop;
    this.scratch = scratch;
    this.commands = commands;
    this.allowance = allowance;
    this.greeting =
        Meta.of(
            new WorkerHello(
                ProcessHandle.current().pid(),
                "supervisor",
                EnumSet.of(Capability.DL, Capability.PR),
                point.address().toString()));
    Linux.setNonBlocking(point.fd());
    this.listenTag = loop.watch(point.fd(), Epoll.EPOLLIN, this::acceptAll);
  }

  private void acceptAll() throws IOException {
    while (!closed) {
      if (connections.size() >= allowance.connections && !dropQuiet(allowance.crowdedMillis)) {
        pause();
        return;
      }
      int fd;
      try {
        fd = Linux.accept(point.fd());
      } catch (LinuxException e) {
        LOG.log(System.Logger.Level.WARNING, "{0}: {1}", point.address(), e.getMessage());
        pause();
        return;
      }
      if (fd < 0) {
        return;
      }
      admit(fd);
    }
  }

  /** Whoever waits stays in the kernel's queue meanwhile. */
  private void pause() throws IOException {
    crowded = true;
    loop.rearm(point.fd(), 0, listenTag);
    loop.schedule(allowance.crowdedMillis, this::resume);
  }

  private void resume() {
    if (closed || !crowded) {
      return;
    }
    crowded = false;
    try {
      loop.rearm(point.fd(), Epoll.EPOLLIN, listenTag);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot watch " + point.address(), e);
    }
  }

  private void admit(int fd) throws IOException {
    boolean kept = false;
    try {
      int uid = Linux.peerUid(fd);
      if (uid != ownUid && uid != ROOT) {
        LOG.log(
            System.Logger.Level.WARNING,
            "user {0} may not ask at {1}",
            Integer.toUnsignedString(uid),
            point.address());
        return;
      }
      connections.add(new ControlConnection(fd, loop, scratch, this));
      kept = true;
      lookAfterIdle();
    } finally {
      if (!kept) {
        Linux.close(fd);
      }
    }
  }

  private void lookAfterIdle() {
    if (!looking) {
      looking = true;
      loop.schedule(
          allowance.idleMillis,
          () -> {
            looking = false;
            dropQuiet(allowance.idleMillis);
            if (!connections.isEmpty()) {
              lookAfterIdle();
            }
          });
    }
  }

  /** False when nobody was quiet for so long. */
  private boolean dropQuiet(long millis) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    boolean any = false;
    for (ControlConnection each : List.copyOf(connections)) {
      if (each.quietNanos() >= nanos) {
        each.close();
        any = true;
      }
    }
    return any;
  }

  @Override
  public void answer(@Nullable Object command, Question question) {
    commands.answer(command, question);
  }

  @Override
  public Meta greeting() {
    return greeting;
  }

  @Override
  public void closed(ControlConnection connection) {
    connections.remove(connection);
    resume();
  }

  ListenPoint point() {
    return point;
  }

  /** Admits nobody any more; who is connected may still ask. */
  void leave() throws IOException {
    closed = true;
    loop.unwatch(point.fd(), listenTag);
    point.close();
  }

  /** Ends all connections, and removes the socket. */
  void close() throws IOException {
    leave();
    List.copyOf(connections).forEach(ControlConnection::close);
  }
}
