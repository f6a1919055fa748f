package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how workers ended, from the one who knows: their supervisor. It is asked, but not
 * waited for for long. Belongs to the client's loop.
 */
final class Coroner {
  private static final long PATIENCE_MILLIS = 200;

  private final Loop loop;
  private final Outcomes outcomes;
  private final SupervisorLink given;

  Coroner(Loop loop, Outcomes outcomes, SupervisorLink given) {
    this.loop = loop;
    this.outcomes = outcomes;
    this.given = given;
  }

  /** Writes the autopsy of {@code worker}, which ended while it had {@code call}, or none. */
  void examine(
      WorkerConnection worker,
      @Nullable PendingCall call,
      @Nullable String dump,
      long endedNanos,
      Consumer<Autopsy> then) {
    Optional<SupervisorLink> link = link(worker);
    if (link.isEmpty()) {
      then.accept(autopsy(worker, call, dump, endedNanos, null));
      return;
    }
    ask(
        () -> link.get().exitOf(worker.workerId()),
        exit -> then.accept(autopsy(worker, call, dump, endedNanos, exit)));
  }

  /** Whom the client was given, or else the one whom the worker has named. */
  private Optional<SupervisorLink> link(WorkerConnection worker) {
    if (worker.workerId().isEmpty()) {
      return Optional.empty();
    }
    SupervisorLink link = given.equals(SupervisorLink.NONE) ? worker.namedSupervisor() : given;
    return link.equals(SupervisorLink.NONE) ? Optional.empty() : Optional.of(link);
  }

  private Autopsy autopsy(
      WorkerConnection worker,
      @Nullable PendingCall call,
      @Nullable String dump,
      long endedNanos,
      @Nullable WorkerExit exit) {
    var missing = new ArrayList<String>();
    if (worker.workerId().isEmpty()) {
      missing.add("who the worker was, and how it ended: the peer never announced itself");
    } else if (link(worker).isEmpty()) {
      missing.add("how the worker ended: no control address of its supervisor is known");
    } else if (exit == null) {
      missing.add(
          "how the worker ended: its supervisor did not say within " + PATIENCE_MILLIS + " ms");
    }
    long now = loop.nanoTime();
    return new Autopsy(
        worker.workerId(),
        worker.pid(),
        worker.checkouts(),
        call == null ? "a call" : call.method(),
        call == null ? "" : call.fingerprint(),
        new PhaseTimes(
            call == null ? Duration.ZERO : call.queued(endedNanos),
            Duration.ofNanos(worker.connectNanos()),
            call == null ? Duration.ZERO : call.running(endedNanos),
            Duration.ofNanos(now - endedNanos)),
        dump,
        exit,
        missing);
  }

  /** What keeps workers from starting; null where that is not known. */
  void trouble(Consumer<@Nullable String> then) {
    if (given.equals(SupervisorLink.NONE)) {
      then.accept(null);
    } else {
      ask(given::trouble, then);
    }
  }

  /** Has a worker ended that does not even answer an abort. */
  void kill(WorkerConnection worker, String reason) {
    link(worker)
        .ifPresent(link -> {
          try {
            link.kill(worker.workerId(), reason);
          } catch (RuntimeException e) {
            outcomes.report("the supervisor could not be asked to kill " + worker.describe(), e);
          }
        });
  }

  private <R> void ask(
      Supplier<CompletableFuture<Optional<R>>> question, Consumer<@Nullable R> then) {
    new Question<>(then).put(question);
  }

  /** Answered once: by the supervisor, by its fault, or by the end of patience. */
  private final class Question<R> {
    private final Consumer<@Nullable R> then;
    private final Loop.Timer timer =
        loop.schedule(() -> answer(null), TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS));
    private boolean answered;

    Question(Consumer<@Nullable R> then) {
      this.then = then;
    }

    void put(Supplier<CompletableFuture<Optional<R>>> question) {
      try {
        question
            .get()
            .whenComplete((found, failure) ->
                onLoop(() -> answer(found == null ? null : found.orElse(null))));
      } catch (RuntimeException e) {
        outcomes.report("the supervisor could not be asked", e);
        answer(null);
      }
    }

    private void onLoop(Runnable task) {
      if (loop.isCurrent()) {
        task.run();
        return;
      }
      try {
        loop.execute(task);
      } catch (RejectedExecutionException e) {
        // The client was closed meanwhile, and its calls were told so.
      }
    }

    private void answer(@Nullable R found) {
      if (!answered) {
        answered = true;
        timer.cancel();
        then.accept(found);
      }
    }
  }
}
