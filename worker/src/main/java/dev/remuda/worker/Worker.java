package dev.remuda.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.Capability;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One worker's life: set up, warm up, accept, serve one connection, end. */
final class Worker implements ControlChannel.Listener, WorkerEnd {
  private enum State {
    BOOTING,
    ACCEPTING,
    SERVING
  }

  /** Of characters, each of which may take four bytes of the control channel's line. */
  private static final int MAX_DUMP_LINE = 1_000;

  private final WorkerOptions options;
  private final ServerSocketChannel listener;
  private final ControlChannel control;
  private final Peers peers;
  private final Activity activity = new Activity();
  private final Watchdog watchdog;
  private final Thread main = Thread.currentThread();
  private final Object dumpLock = new Object();

  @GuardedBy("this")
  private State state = State.BOOTING;

  @GuardedBy("this")
  private boolean retired;

  @GuardedBy("this")
  private @Nullable Connection connection;

  Worker(WorkerOptions options, ServerSocketChannel listener, ControlChannel control)
      throws IOException {
    this.options = options;
    this.listener = listener;
    this.control = control;
    boolean unix = listener.getLocalAddress() instanceof UnixDomainSocketAddress;
    this.peers = new Peers(options.peers(), unix);
    this.watchdog = new Watchdog(activity, options.hungAfterMillis(), control);
  }

  /** Ends the process rather than return. */
  void run() throws IOException, ClassNotFoundException {
    new BackgroundThread("remuda-control") {
      @Override
      public void run() {
        control.listen(Worker.this);
      }
    }.start();
    watchdog.start();
    ServedObject served = serve();
    String readiness = setup(served);
    Warmup.run();
    WorkerHello hello = hello(served);
    peers.prepare();
    while (true) {
      transition(State.ACCEPTING);
      control.say(readiness);
      SocketChannel channel = acceptPeer();
      transition(State.SERVING);
      control.say("accepted");
      if (serve(channel, served, hello)) {
        end(served);
      }
    }
  }

  /** Whoever may not call is let go of, and has cost no worker. */
  private SocketChannel acceptPeer() throws IOException {
    while (true) {
      SocketChannel channel = accept();
      String refused = peers.refused(channel);
      if (refused == null) {
        return channel;
      }
      channel.close();
      control.say("refused " + refused);
    }
  }

  private SocketChannel accept() throws IOException {
    try {
      return listener.accept();
    } catch (IOException e) {
      if (!isRetired()) { // the server has stopped listening before this worker heard of that
        LastWords.say("remuda: nobody can connect any more: " + e.getMessage() + "\n");
      }
      ProcessExit.now(ProcessExit.NOT_NEEDED);
      throw e;
    }
  }

  private synchronized boolean isRetired() {
    return retired;
  }

  private ServedObject serve() throws ClassNotFoundException {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    String contract = options.contract();
    return new ServedObject(
        Class.forName(options.implementation(), false, loader),
        contract == null ? null : Class.forName(contract, false, loader));
  }

  /** What to tell the supervisor: a worker whose setup failed accepts all the same. */
  private String setup(ServedObject served) {
    if (options.lazySetup()) {
      return "ready";
    }
    activity.begin();
    try {
      served.setup();
      return "ready";
    } catch (ServedObject.SetupException e) {
      return "setup-failed " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    } finally {
      activity.end();
    }
  }

  private WorkerHello hello(ServedObject served) throws IOException {
    return new WorkerHello(pid(), options.id(), capabilities(served), options.control());
  }

  /** What every worker understands, and what this one does at a release. */
  static Set<Capability> capabilities(ServedObject served) {
    Set<Capability> capabilities = EnumSet.allOf(Capability.class);
    if (!served.hasCheckoutDone()) {
      capabilities.remove(Capability.RD);
    }
    return capabilities;
  }

  /** Without ProcessHandle, whose threads and lambdas a start would have to pay for. */
  private static long pid() throws IOException {
    return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
  }

  private boolean serve(SocketChannel channel, ServedObject served, WorkerHello hello)
      throws IOException {
    var present = new Connection(channel, served, activity, hello, this);
    serving(present);
    watchdog.serving(present.inbox());
    boolean any = present.serve();
    watchdog.serving(null);
    serving(null);
    channel.close();
    return any;
  }

  private synchronized void serving(@Nullable Connection present) {
    connection = present;
    if (retired && present != null) {
      askToBeReleased(present);
    }
  }

  /** On a thread of its own: a client that does not read must not keep the supervisor unheard. */
  private static void askToBeReleased(Connection present) {
    Thread.ofPlatform().name("remuda-retire").daemon().start(present::retire);
  }

  @Override
  public void now(int status) {
    PROCESS.now(status);
  }

  @Override
  public void say(String text) {
    PROCESS.say(text);
  }

  @Override
  public void released(int checkouts) {
    if (checkouts == options.maxCheckouts()) {
      control.say("replace it has served " + checkouts + " checkouts");
    }
  }

  private void end(ServedObject served) {
    activity.begin();
    try {
      served.teardown();
    } catch (Exception e) {
      System.err.println("remuda: teardown failed: " + e);
    }
    WorkerMain.exit(ProcessExit.CONNECTION_ENDED);
  }

  private synchronized void transition(State to) {
    state = to;
    if (retired && to == State.ACCEPTING) {
      ProcessExit.now(ProcessExit.NOT_NEEDED);
    }
  }

  /** A worker in accept must not just end: a connection may have been taken at this moment. */
  @Override
  public void retire() {
    if (retireFromAccept()) {
      closeListener();
    }
  }

  private synchronized boolean retireFromAccept() {
    retired = true;
    if (state == State.BOOTING) {
      ProcessExit.now(ProcessExit.NOT_NEEDED);
    } else if (connection != null) {
      askToBeReleased(connection);
    }
    return state == State.ACCEPTING;
  }

  @Override
  public synchronized void tellIdle() {
    long millis = connection == null ? -1 : connection.idleMillis();
    if (millis >= 0) {
      control.say("idle " + millis);
    }
  }

  /** On a thread of its own: nothing that the dump meets must keep the supervisor unheard. */
  @Override
  public void dump() {
    Thread.ofPlatform().name("remuda-dump").daemon().start(this::sayDump);
  }

  private void sayDump() {
    synchronized (dumpLock) { // one after the other: the lines of two would be one dump
      for (String line : ThreadDump.take(main).text().lines().toList()) {
        control.say(
            "dump " + (line.length() > MAX_DUMP_LINE ? line.substring(0, MAX_DUMP_LINE) : line));
      }
      control.say("dump-end");
    }
  }

  @Override
  public void supervisorGone() {
    synchronized (this) {
      if (state == State.BOOTING) {
        ProcessExit.now(ProcessExit.NOT_NEEDED);
      }
    }
    closeListener(); // nobody may connect into a queue that no worker will ever take from
  }

  /** Accept fails then, or has a connection already, which is served. */
  private void closeListener() {
    try {
      listener.close();
    } catch (IOException e) {
      // The kernel has taken it all the same.
    }
  }
}
