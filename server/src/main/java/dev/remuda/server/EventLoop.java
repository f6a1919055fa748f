package dev.remuda.server;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** One thread that waits for descriptors, timers and tasks; what it calls owns its state alone. */
final class EventLoop {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  private final Epoll epoll;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Map<Long, Handler> handlers = new HashMap<>();
  private final Thread thread;
  private long lastTag;
  private boolean ended;
  private volatile boolean over;
  private Runnable last = () -> {};

  EventLoop(String name) throws IOException {
    epoll = new Epoll();
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /** What to do when a descriptor is ready. */
  interface Handler {
    void ready() throws IOException;
  }

  /** A task for later; of two at one time, the older first. */
  record Timer(long at, long number, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      int byTime = Long.compare(at - other.at, 0);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  void start() {
    thread.start();
  }

  /** Runs a task on the loop, as soon as it can, or here once the loop is over; any thread. */
  void execute(Runnable task) {
    tasks.add(task);
    if (over) {
      runTasks();
    } else if (!Thread.currentThread().equals(thread)) {
      epoll.wakeUp();
    }
  }

  /** Runs a task on the loop after a while; the loop only. */
  Timer schedule(long delayMillis, Runnable task) {
    long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
    var timer = new Timer(at, ++lastTag, task);
    timers.add(timer);
    return timer;
  }

  /** Forgets a task that has not run yet; the loop only. */
  void cancel(Timer timer) {
    timers.remove(timer);
  }

  /** Calls the handler whenever the descriptor is ready; the tag undoes it. */
  long watch(int fd, int interest, Handler handler) throws IOException {
    long tag = ++lastTag;
    epoll.add(fd, interest, tag);
    handlers.put(tag, handler);
    return tag;
  }

  /** Watches once more what was watched for one event only. */
  void rearm(int fd, int interest, long tag) throws IOException {
    epoll.modify(fd, interest, tag);
  }

  void unwatch(int fd, long tag) throws IOException {
    if (handlers.remove(tag) != null) {
      epoll.remove(fd);
    }
  }

  /** Ends the loop after the present round, and then runs this; the loop only. */
  void end(Runnable whenOver) {
    ended = true;
    last = whenOver;
  }

  private void run() {
    while (!ended) {
      guarded(this::round);
    }
    guarded(epoll::close);
    over = true;
    runTasks();
    last.run();
  }

  private void round() throws IOException {
    int count = epoll.await(timeoutMillis());
    var ready = new ArrayDeque<Long>(count);
    for (int i = 0; i < count; i++) {
      ready.add(epoll.tag(i));
    }
    for (long tag : ready) {
      Handler handler = handlers.get(tag);
      if (handler != null) {
        guarded(handler);
      }
    }
    runTasks();
    runTimers();
  }

  /** One thread at a time: the loop's own, and whoever still asks once it is over. */
  private synchronized void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      guarded(task::run);
    }
  }

  private int timeoutMillis() {
    if (!tasks.isEmpty()) {
      return 0;
    }
    Timer next = timers.peek();
    if (next == null) {
      return -1;
    }
    long nanos = Math.max(0, next.at - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
  }

  private void runTimers() {
    for (Timer next = timers.peek();
        next != null && next.at - System.nanoTime() <= 0;
        next = timers.peek()) {
      timers.remove();
      guarded(next.task::run);
    }
  }

  /** Where there is no memory for work there may be none for a line either, for a while. */
  private static void report(Throwable thrown) {
    try {
      LOG.log(
          System.Logger.Level.ERROR,
          "Unhandled in the supervisor, which goes on: " + thrown,
          thrown);
    } catch (Throwable e) {
      // The workers must be looked after all the same.
    }
  }

  /** The loop outlives whatever a single event does, and that its JVM runs out of memory. */
  private static void guarded(Handler work) {
    try {
      work.ready();
    } catch (Throwable e) {
      report(e);
    }
  }
}
