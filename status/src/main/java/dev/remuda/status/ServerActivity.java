package dev.remuda.status;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Remembers the last deaths of a server's workers. Hears on the supervisor's thread. */
final class ServerActivity implements Consumer<ServerEvent> {
  @GuardedBy("this")
  private final Deque<Activity.Death> deaths = new ArrayDeque<>();

  @Override
  public void accept(ServerEvent event) {
    if (event instanceof ServerEvent.Ended(var at, WorkerExit exit) && !isOrdinary(exit)) {
      String lines = String.join("\n", exit.lastLines());
      var death =
          new Activity.Death(
              at,
              exit.id(),
              exit.cause().toString(),
              exit.summary() + (lines.isEmpty() ? "" : "\nlast lines:\n" + lines));
      synchronized (this) {
        deaths.addFirst(death);
        if (deaths.size() > PoolActivity.DEATHS) {
          deaths.removeLast();
        }
      }
    }
  }

  /** A worker leaves with status 0, or with 1 when its connection is over. */
  private static boolean isOrdinary(WorkerExit exit) {
    return exit.cause() instanceof WorkerExit.Cause.Exited(int status) && status <= 1;
  }

  synchronized Activity activity() {
    return new Activity(List.of(), List.of(), List.of(), List.of(), List.copyOf(deaths));
  }
}
