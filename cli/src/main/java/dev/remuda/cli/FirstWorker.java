package dev.remuda.cli;

import dev.remuda.server.ServerEvent;
import dev.remuda.server.TaskServer;
import java.util.concurrent.CompletableFuture;

/** The moment from which on a server would answer a call. */
final class FirstWorker {
  private FirstWorker() {}

  /** Blocks until a worker is ready; false when the server ends before that. */
  static boolean await(TaskServer server) {
    var ready = new CompletableFuture<Boolean>();
    Runnable deaf =
        server.listen(event -> {
          if (event instanceof ServerEvent.Moved moved && serves(moved.state())) {
            ready.complete(true);
          }
        });
    // One may have been ready before anybody listened.
    server
        .stats()
        .thenAccept(stats -> {
          if (stats.workers().stream().anyMatch(worker -> serves(worker.state()))) {
            ready.complete(true);
          }
        });
    server.ended().thenRun(() -> ready.complete(false));
    boolean first = ready.join();
    deaf.run();
    return first;
  }

  private static boolean serves(String state) {
    return state.equals("STANDBY") || state.equals("BUSY");
  }
}
