package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that connect, call twenty times and close, over and over, and try nothing twice; and one
 * who tries all the time to get the locks.
 */
final class SteadyLoad implements AutoCloseable {
  private static final int CALLS = 20;

  private final AtomicInteger served = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;

  SteadyLoad(int clientsOfEach, List<Address> addresses) {
    for (Address address : addresses) {
      for (int i = 0; i < clientsOfEach; i++) {
        start("client", () -> callOn(address));
      }
      if (address instanceof Address.Unix(Path path)) {
        start("lock", () -> tryLock(path));
        start("lock", () -> tryLock(Path.of(path + ".ctl")));
      }
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private void start(String name, Step step) {
    threads.add(
        Thread.ofPlatform()
            .name(name)
            .start(() -> {
              while (!over) {
                try {
                  step.run();
                } catch (Exception | AssertionError e) {
                  failures.add(e);
                  return;
                }
              }
            }));
  }

  private void callOn(Address address) throws Exception {
    try (RawPeer peer = RawPeer.connect(address)) {
      for (int i = 0; i < CALLS; i++) {
        int mark = served.get();
        assertThat(peer.call("[\"do\",{},\"echo\"," + mark + "]"))
            .isEqualTo("[\"ok\",{},[" + mark + "]]");
        served.incrementAndGet();
      }
    }
  }

  private static void tryLock(Path socket) throws Exception {
    try {
      SocketLock.acquire(socket).close();
      throw new AssertionError("the lock of " + socket + " was free");
    } catch (SocketInUseException e) {
      LockSupport.parkNanos(500_000);
    }
  }

  int served() {
    return served.get();
  }

  /** Waits until so many more calls are served. */
  void awaitServed(int more) {
    int goal = served() + more;
    await().atMost(RunningServer.PATIENCE).until(() -> served() >= goal || !failures.isEmpty());
    assertNoneFailed();
  }

  void assertNoneFailed() {
    assertThat(failures).isEmpty();
  }

  /** Waits until all have closed what they have open. */
  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertNoneFailed();
  }
}
