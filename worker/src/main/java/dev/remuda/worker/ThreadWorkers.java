package dev.remuda.worker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Serves a unix socket with threads of this JVM, one with an object of its own for each connection,
 * instead of processes: for tests and debuggers. It isolates nothing, and there is no hung-worker
 * timeout, so that code may stand in a debugger. Safe for use by any thread.
 */
public final class ThreadWorkers implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.remuda");
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long a close waits for hooks, and then again for what it has interrupted. */
  private static final long PATIENCE_MILLIS = 1_500;

  private final String name;
  private final Class<?> implementation;
  private final @Nullable Class<?> contract;
  private final ServerSocketChannel listener;
  private final List<ThreadWorker> workers = new CopyOnWriteArrayList<>();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger abandoned = new AtomicInteger();

  private ThreadWorkers(
      String name,
      Class<?> implementation,
      @Nullable Class<?> contract,
      ServerSocketChannel listener) {
    this.name = name;
    this.implementation = implementation;
    this.contract = contract;
    this.listener = listener;
  }

  /** What a worker does. */
  public enum State {
    /** Its {@code setup()} runs. */
    STARTING,
    /** It serves its connection. */
    BUSY,
    /** It was given up, but its code runs on. */
    ABANDONED
  }

  /**
   * One worker.
   *
   * @param id its name and number
   * @param state what it does
   * @param ageMillis since its connection was accepted
   */
  public record View(String id, State state, long ageMillis) {}

  /**
   * Listens, on a thread of its own.
   *
   * @param contract the served interface, or null for the class's own methods
   * @throws IllegalArgumentException when no worker could serve {@code implementation}
   */
  public static ThreadWorkers start(
      String name, Path socket, Class<?> implementation, @Nullable Class<?> contract)
      throws IOException {
    ServedClass.check(implementation, contract);
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    var workers = new ThreadWorkers(name, implementation, contract, listener);
    Thread.ofPlatform().name("remuda-accept").daemon().start(workers::accept);
    return workers;
  }

  /** Those of this moment. */
  public List<View> workers() {
    var views = new ArrayList<View>();
    for (ThreadWorker worker : living()) {
      views.add(new View(worker.id(), worker.state(), worker.ageMillis()));
    }
    return views;
  }

  /** How many there have been. */
  public int started() {
    return started.get();
  }

  /** How many of them were asked to be given up. */
  public int abandoned() {
    return abandoned.get();
  }

  /** Closes one's connection and interrupts its code, which may run on. */
  public void abandon(String id, String reason) {
    for (ThreadWorker worker : workers) {
      if (worker.id().equals(id)) {
        abandoned.incrementAndGet();
        worker.giveUp(reason);
      }
    }
  }

  /**
   * Ends all connections; calls are interrupted at once, hooks after 1.5 s. Blocks until the
   * threads have ended, for 3 s at the most, then logs which have not. Closing twice is closing
   * once.
   */
  @Override
  public void close() {
    try {
      listener.close();
      for (ThreadWorker worker : workers) {
        worker.disconnect("its pool closes");
      }
      if (!awaitEnd()) {
        for (ThreadWorker worker : workers) {
          worker.giveUp("its pool closes");
        }
        awaitEnd();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, name + ": closing its socket failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (ThreadWorker worker : living()) {
      LOG.log(System.Logger.Level.WARNING, "worker {0} runs on after close", worker.id());
    }
  }

  private boolean awaitEnd() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    for (ThreadWorker worker : workers) {
      worker.join(TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
    }
    return living().isEmpty();
  }

  private List<ThreadWorker> living() {
    workers.removeIf(worker -> !worker.isAlive());
    return workers;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel channel = listener.accept();
        living();
        var worker =
            new ThreadWorker(
                name + "(" + started.incrementAndGet() + ")", channel, implementation, contract);
        worker.start();
        workers.add(worker);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, name + ": no connection could be accepted: " + e);
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }
}
