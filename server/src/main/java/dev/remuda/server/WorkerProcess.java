package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One worker process and all that the supervisor holds of it. */
final class WorkerProcess {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final int KEPT_LINES = 200;
  private static final int SIGKILL = 9;

  /** What a worker announces that leaves because its connection has ended; 0: not needed. */
  private static final int CONNECTION_ENDED = 1;

  /** The end of its control channel is most often its own end, which is heard of soon. */
  private static final long SPEECHLESS_MILLIS = 1_000;

  /** Who hears of a worker; called on the loop. */
  interface Listener {
    /** It has gone from one state to another, for a reason. */
    void moved(WorkerProcess worker, WorkerState was, String reason);

    /** One line on the control channel. */
    void said(WorkerProcess worker, String line);

    /** One line that it printed. */
    void printed(WorkerProcess worker, WorkerOutput.Stream stream, String line);

    /** It has ended and is reaped. */
    void ended(WorkerProcess worker, WorkerExit exit);
  }

  /** One of our ends of the worker's pipes, while it is watched. */
  private record Source(LineReader lines, long tag) {}

  private final EventLoop loop;
  private final ByteBuffer scratch;
  private final Listener listener;
  private final String id;
  private final ListenPoint point;
  private final long pid;
  private final int pidfd;
  private final int controlOut;
  private final long startedAt;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final List<Source> sources = new ArrayList<>(3);
  private final ExitReader exits;
  private final long pidTag;
  private final long controlTag;
  private WorkerState state = WorkerState.STARTING;
  private @Nullable Duration readyAfter;
  private String reason = "started";
  private @Nullable String replacedFor;
  private @Nullable String killReason;
  private boolean endedWithServer;
  private final DumpTaker dumps = new DumpTaker();
  private final Pulse pulse = new Pulse();
  private final double lot = ThreadLocalRandom.current().nextDouble(-1, 1);
  private boolean serving;
  private long inStateSince = System.nanoTime();
  private OptionalInt announcedStatus = OptionalInt.empty();
  private int checkouts;
  private EventLoop.@Nullable Timer speechless;

  WorkerProcess(
      EventLoop loop,
      ByteBuffer scratch,
      Listener listener,
      ListenPoint point,
      ExitReader exits,
      SpawnedWorker spawned)
      throws IOException {
    this.loop = loop;
    this.scratch = scratch;
    this.listener = listener;
    this.point = point;
    this.exits = exits;
    this.id = spawned.id();
    this.pid = spawned.pid();
    this.pidfd = spawned.pidfd();
    this.controlOut = spawned.controlOut();
    this.startedAt = spawned.startedNanos();
    this.controlTag = watch(spawned.controlIn(), line -> listener.said(this, line));
    watch(spawned.stdout(), line -> print(WorkerOutput.Stream.OUT, line));
    watch(spawned.stderr(), line -> print(WorkerOutput.Stream.ERR, line));
    this.pidTag = loop.watch(pidfd, Epoll.EPOLLIN, this::reap);
  }

  String id() {
    return id;
  }

  long pid() {
    return pid;
  }

  ListenPoint point() {
    return point;
  }

  WorkerState state() {
    return state;
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startedAt);
  }

  /** From its start to its first word that it accepts. */
  Optional<Duration> readyAfter() {
    return Optional.ofNullable(readyAfter);
  }

  /** Connections it has accepted. */
  int checkouts() {
    return checkouts;
  }

  /** Why it is in the state in which it is, or is to be replaced. */
  String reason() {
    return replacedFor != null && state.stays() ? replacedFor : reason;
  }

  /** From -1 to 1, drawn at its start: what is due to many at a time is not done at once. */
  double lot() {
    return lot;
  }

  /** What is told of it at this moment. */
  ServerStats.Worker stats() {
    return new ServerStats.Worker(
        id,
        pid,
        state.name(),
        reason(),
        replacedFor() != null,
        point.address().toString(),
        age().toMillis(),
        inState(),
        readyAfter(),
        checkouts);
  }

  /** Its thread dump, as it says it. */
  DumpTaker dumps() {
    return dumps;
  }

  /** Its signs of life. */
  Pulse pulse() {
    return pulse;
  }

  /** Why it is still where it is. */
  void remark(String why) {
    reason = why;
  }

  /** How long it has been in its state. */
  Duration inState() {
    return Duration.ofNanos(System.nanoTime() - inStateSince);
  }

  /** True while it has a connection, as far as it has said. */
  boolean isServing() {
    return serving;
  }

  /** It is to leave as soon as another can take its place; the first reason counts. */
  void replaceFor(String why) {
    if (replacedFor == null) {
      replacedFor = why;
    }
  }

  /** Why it is to be replaced; null for one that is to stay, or has been told to leave. */
  @Nullable String replacedFor() {
    return state.stays() ? replacedFor : null;
  }

  /** One that was set up once does not lose that: whoever says so is its user's code. */
  boolean mayBecome(WorkerState to) {
    return state.mayBecome(to) && (to != WorkerState.SETUP_FAILED || readyAfter == null);
  }

  /** The one way from state to state. */
  void transition(WorkerState to, String why) {
    if (!mayBecome(to)) {
      throw new IllegalStateException(id + " cannot go from " + state + " to " + to);
    }
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1} -> {2}: {3}", id, state, to, why);
    if (to == WorkerState.STANDBY && readyAfter == null) {
      readyAfter = age();
    }
    if (to == WorkerState.BUSY) {
      accepted();
    } else if (to == WorkerState.STANDBY) {
      serving = false;
    }
    WorkerState was = state;
    state = to;
    reason = why;
    inStateSince = System.nanoTime();
    listener.moved(this, was, why);
  }

  /** It has a connection; one that is retiring may have taken it before it heard of that. */
  void accepted() {
    checkouts++;
    serving = true;
  }

  /** Its connection ended without a word. */
  void nothingAccepted() {
    serving = false;
  }

  /** As {@link #kill}, for a reason that has nothing to do with what it does. */
  void endWithServer(String why) throws IOException {
    endedWithServer |= killReason == null;
    kill(why);
  }

  /** Ends the whole process group now. */
  void kill(String why) throws IOException {
    if (state == WorkerState.DEAD) {
      return;
    }
    if (killReason == null) {
      killReason = why;
    }
    if (state != WorkerState.ENDING) {
      transition(WorkerState.ENDING, why);
    }
    Linux.killGroup(pid, SIGKILL);
  }

  /**
   * It says that it is finished. A JVM may take long to leave by itself, so its group is ended now,
   * and the status that it told counts as its exit.
   */
  void leaving(int status) throws IOException {
    announcedStatus = OptionalInt.of(status);
    Linux.killGroup(pid, SIGKILL);
  }

  /** Asks it to leave: at once if it is idle, else by asking its client to let it go. */
  void retire(String why) throws IOException {
    transition(WorkerState.RETIRING, why);
    tell("retire");
  }

  /** Says one line on its control channel; it may not listen. */
  void tell(String line) {
    if (state == WorkerState.DEAD) {
      return;
    }
    try {
      Linux.write(controlOut, (line + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (LinuxException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} has gone by itself: {1}", id, e.getMessage());
    }
  }

  private long watch(int fd, java.util.function.Consumer<String> lines) throws IOException {
    var reader = new LineReader(fd, lines);
    long tag = loop.watch(fd, Epoll.EPOLLIN, () -> read(reader));
    sources.add(new Source(reader, tag));
    return tag;
  }

  private void read(LineReader reader) throws IOException {
    if (!reader.read(scratch)) {
      for (Source source : List.copyOf(sources)) {
        if (source.lines.equals(reader)) {
          close(source);
          if (source.tag == controlTag) {
            speechless = loop.schedule(SPEECHLESS_MILLIS, this::killIfSpeechless);
          }
        }
      }
    }
  }

  private void close(Source source) throws IOException {
    sources.remove(source);
    loop.unwatch(source.lines.fd(), source.tag);
    Linux.close(source.lines.fd());
  }

  /** It cannot say any more that it takes a connection; one that serves does so to the end. */
  private void killIfSpeechless() {
    if (state == WorkerState.STARTING
        || state == WorkerState.STANDBY
        || state == WorkerState.SETUP_FAILED) {
      try {
        kill("it has closed its control channel, descriptor 4");
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot kill " + id, e);
      }
    }
  }

  /** It left since nobody was there to serve, or because its server ended. */
  private boolean isBlameless() {
    return killReason == null
        ? announcedStatus.isPresent() && announcedStatus.getAsInt() <= CONNECTION_ENDED
        : endedWithServer;
  }

  private void print(WorkerOutput.Stream stream, String line) {
    if (lastLines.size() == KEPT_LINES) {
      lastLines.removeFirst();
    }
    lastLines.add(line);
    listener.printed(this, stream, line);
  }

  /** The process is a zombie: its group can still be named, so whoever is left in it goes first. */
  private void reap() throws IOException {
    Linux.killGroup(pid, SIGKILL);
    for (Source source : List.copyOf(sources)) {
      source.lines.read(scratch); // before the reaping too: a line may ask to end the group
      close(source);
    }
    ExitStatus status = Linux.reap(pid);
    if (status == null) {
      return;
    }
    if (speechless != null) {
      loop.cancel(speechless);
    }
    loop.unwatch(pidfd, pidTag);
    Linux.close(pidfd);
    Linux.close(controlOut);
    WorkerExit exit =
        exits.read(
            status.asAnnounced(announcedStatus),
            id,
            pid,
            killReason,
            age(),
            checkouts,
            List.copyOf(lastLines),
            isBlameless());
    listener.ended(this, exit);
  }
}
