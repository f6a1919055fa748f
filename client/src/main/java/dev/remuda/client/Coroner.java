package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how workers ended, from the one who knows: their supervisor. It is asked, but not
 * waited for for long. Belongs to the client's loop.
 */
final class Coroner {
  private final Loop loop;
  private final Outcomes outcomes;
  private final SupervisorLink given;
  private final Duration patience;

  Coroner(Loop loop, Outcomes outcomes, SupervisorLink given, Duration patience) {
    this.loop = loop;
    this.outcomes = outcomes;
    this.given = given;
    this.patience = patience;
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
      String why =
          worker.workerId().isEmpty()
              ? "who the worker was, and how it ended: the peer never announced itself"
              : "how the worker ended: no control address of its supervisor is known";
      then.accept(autopsy(worker, call, dump, endedNanos, new Answer<>(null, why)));
      return;
    }
    ask(
        () -> link.get().exitOf(worker.workerId()),
        answer ->
            then.accept(
                autopsy(
                    worker,
                    call,
                    dump,
                    endedNanos,
                    new Answer<>(
                        answer.found(), "how the worker ended: its supervisor " + answer.why()))));
  }

  /** Whether the worker's own supervisor can be asked how it ended. */
  boolean canAsk(WorkerConnection worker) {
    return link(worker).isPresent();
  }

  /** How a worker ended; told at once, or as soon as patience allows. */
  void exitOf(WorkerConnection worker, Consumer<@Nullable WorkerExit> then) {
    Optional<SupervisorLink> link = link(worker);
    if (link.isEmpty()) {
      then.accept(null);
    } else {
      ask(() -> link.get().exitOf(worker.workerId()), answer -> then.accept(answer.found()));
    }
  }

  /** Whom the client was given, or else the one whom the worker has named. */
  private Optional<SupervisorLink> link(WorkerConnection worker) {
    if (worker.workerId().isEmpty()) {
      return Optional.empty();
    }
    SupervisorLink link =
        given.equals(SupervisorLink.NONE) ? worker.namedSupervisor(patience) : given;
    return link.equals(SupervisorLink.NONE) ? Optional.empty() : Optional.of(link);
  }

  private Autopsy autopsy(
      WorkerConnection worker,
      @Nullable PendingCall call,
      @Nullable String dump,
      long endedNanos,
      Answer<WorkerExit> exit) {
    List<String> missing = exit.found() == null ? List.of(exit.why()) : List.of();
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
        exit.found(),
        missing);
  }

  /** What keeps workers from starting; null where that is not known. */
  void trouble(Consumer<@Nullable String> then) {
    if (given.equals(SupervisorLink.NONE)) {
      then.accept(null);
    } else {
      ask(given::trouble, answer -> then.accept(answer.found()));
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
      Supplier<CompletableFuture<Optional<R>>> question, Consumer<Answer<R>> then) {
    new Question<>(then).put(question);
  }

  /** What was found, or else why nothing was. */
  private record Answer<R>(@Nullable R found, String why) {}

  /** Answered once: by the supervisor, by its fault, or by the end of patience. */
  private final class Question<R> {
    private final Consumer<Answer<R>> then;
    private final Loop.Timer timer =
        loop.schedule(
            () -> answer(null, "did not say within " + patience.toMillis() + " ms"),
            patience.toNanos());
    private boolean answered;

    Question(Consumer<Answer<R>> then) {
      this.then = then;
    }

    void put(Supplier<CompletableFuture<Optional<R>>> question) {
      try {
        question
            .get()
            .whenComplete((found, failure) ->
                onLoop(() ->
                    answer(
                        found == null ? null : found.orElse(null),
                        failure == null ? "does not know" : unasked(failure))));
      } catch (RuntimeException e) {
        outcomes.report("the supervisor could not be asked", e);
        answer(null, unasked(e));
      }
    }

    private static String unasked(Throwable why) {
      return "could not be asked: " + why;
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

    private void answer(@Nullable R found, String why) {
      if (!answered) {
        answered = true;
        timer.cancel();
        then.accept(new Answer<>(found, why));
      }
    }
  }
}
