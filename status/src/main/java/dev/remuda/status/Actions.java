package dev.remuda.status;

import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.QueueConsumers;
import dev.remuda.queue.MessageQueue;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What can be done from the page, once it is known that it may. Blocks. */
final class Actions {
  private static final System.Logger LOG = System.getLogger("dev.remuda.status");
  private static final long MARGIN_SECONDS = 2;
  private static final int MOST_LOGGERS = 100;

  /** Of what was asked for, which is whatever somebody sent. */
  private static final int MOST_LOGGED = 500;

  private final SnapshotTaker taker;

  /** Loggers that nobody holds forget what they were set to. */
  private final Map<String, Logger> loggers = new ConcurrentHashMap<>();

  Actions(SnapshotTaker taker) {
    this.taker = taker;
  }

  private static final class NotPossible extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    NotPossible(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  /** Does it, and says what was done, or why not. */
  Answer perform(String action, Map<String, String> given, String who) {
    String asked = Texts.cut(Texts.plain(action + " " + given, false), MOST_LOGGED);
    LOG.log(System.Logger.Level.INFO, "{0} asks for {1}", who, asked);
    try {
      return switch (action) {
        case "run" -> run(text(given, "runner"));
        case "cancel" -> cancel(text(given, "run"));
        case "pause" -> pause(given, true);
        case "resume" -> pause(given, false);
        case "retry" -> retry(queue(given), id(given));
        case "delete" -> delete(queue(given), id(given));
        case "retire" -> retire(group(given), text(given, "worker"), who);
        case "kill" -> kill(group(given), text(given, "worker"), who);
        case "dump" -> dump(group(given), text(given, "worker"));
        case "dump-daemon" -> dumpDaemon();
        case "log-level" -> logLevel(text(given, "logger"), text(given, "level"));
        default -> throw new NotPossible(404, "there is no action '" + action + "'");
      };
    } catch (NotPossible e) {
      return Answer.text(e.status, Texts.plain(String.valueOf(e.getMessage()), true) + "\n");
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the action " + action + " failed", e);
      return Answer.text(500, "it failed: " + e.getMessage() + "\n");
    }
  }

  private static Answer done(String what) {
    return Answer.text(200, what + "\n");
  }

  private static String text(Map<String, String> given, String name) throws NotPossible {
    String value = given.get(name);
    if (value == null || value.isBlank()) {
      throw new NotPossible(400, "the parameter '" + name + "' is missing");
    }
    return value;
  }

  private static long id(Map<String, String> given) throws NotPossible {
    String id = text(given, "id");
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException e) {
      throw new NotPossible(400, "'" + Texts.cut(id, 50) + "' is no number of a message");
    }
  }

  private Daemon daemon() {
    return taker.daemon();
  }

  private Watched group(Map<String, String> given) throws NotPossible {
    String name = text(given, "group");
    return taker
        .watched(name)
        .orElseThrow(() -> new NotPossible(404, "there is no pool or server '" + name + "'"));
  }

  private QueueConsumers consumers(Map<String, String> given) throws NotPossible {
    String name = text(given, "queue");
    QueueConsumers consumers = daemon().queues().get(name);
    if (consumers == null) {
      throw new NotPossible(404, "there is no queue '" + name + "'");
    }
    return consumers;
  }

  private MessageQueue queue(Map<String, String> given) throws NotPossible {
    return consumers(given).queue();
  }

  private Answer run(String runner) throws NotPossible {
    DaemonStats.State state = daemon().stats().state();
    if (state == DaemonStats.State.DRAINING || state == DaemonStats.State.CLOSED) {
      throw new NotPossible(409, "the daemon is ending: no run begins any more");
    }
    try {
      daemon().kick(runner);
      return done(runner + " runs as soon as it may");
    } catch (IllegalArgumentException e) {
      throw new NotPossible(404, String.valueOf(e.getMessage()));
    }
  }

  private Answer cancel(String run) throws NotPossible {
    if (daemon().cancel(run) == 0) {
      throw new NotPossible(404, "no run '" + run + "' is in flight");
    }
    return done(run + " is interrupted");
  }

  private Answer pause(Map<String, String> given, boolean paused) throws NotPossible {
    String type = text(given, "type");
    try {
      consumers(given).pause(type, paused);
      return done(type + (paused ? " is paused here" : " is consumed again"));
    } catch (IllegalArgumentException e) {
      throw new NotPossible(404, String.valueOf(e.getMessage()));
    }
  }

  private static Answer retry(MessageQueue queue, long id) throws NotPossible {
    if (!queue.retryDead(id)) {
      throw new NotPossible(404, "there is no dead message " + id + " any more");
    }
    return done("dead message " + id + " is tried again");
  }

  private static Answer delete(MessageQueue queue, long id) throws NotPossible {
    if (!queue.deleteDead(id)) {
      throw new NotPossible(404, "there is no dead message " + id + " any more");
    }
    return done("dead message " + id + " is deleted");
  }

  private static Answer retire(Watched group, String worker, String who) throws NotPossible {
    try {
      if (!group.retire(worker, "status page, by " + who).get(MARGIN_SECONDS, TimeUnit.SECONDS)) {
        throw new NotPossible(404, worker + " does not live, or is on its way already");
      }
      return done(worker + " leaves as soon as it is let go");
    } catch (ExecutionException | TimeoutException e) {
      throw new NotPossible(504, "the supervisor of " + group.name() + " does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotPossible(503, "the page is closed");
    }
  }

  private static Answer kill(Watched group, String worker, String who) throws NotPossible {
    WorkerGroup now = group.look(new ProcessUsage());
    if (!now.known()) {
      throw new NotPossible(504, "the supervisor of " + group.name() + " does not answer");
    }
    if (now.workers().stream().noneMatch(one -> one.id().equals(worker))) {
      throw new NotPossible(404, "there is no worker '" + worker + "' in " + group.name());
    }
    group.kill(worker, "status page, by " + who);
    return done(worker + " is killed");
  }

  private static Answer dump(Watched group, String worker) throws NotPossible {
    Duration patience = SnapshotTaker.patience();
    try {
      return done(
          group
              .dump(worker, patience)
              .get(patience.toSeconds() + MARGIN_SECONDS, TimeUnit.SECONDS)
              .map(dump -> Texts.plain(dump, true))
              .orElseThrow(() ->
                  new NotPossible(
                      504,
                      worker
                          + " does not live, or has not said within "
                          + Texts.duration(patience)
                          + " what its threads do")));
    } catch (ExecutionException | TimeoutException e) {
      throw new NotPossible(504, "the supervisor of " + group.name() + " does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotPossible(503, "the page is closed");
    }
  }

  private Answer dumpDaemon() throws NotPossible {
    return done(
        taker
            .dump()
            .map(dump -> Texts.plain(dump, true))
            .orElseThrow(() -> new NotPossible(500, "this JVM gives no thread dump")));
  }

  private Answer logLevel(String name, String level) throws NotPossible {
    Level parsed;
    try {
      parsed = Level.parse(level.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new NotPossible(400, "'" + Texts.cut(level, 50) + "' is no level, such as INFO");
    }
    if (loggers.size() >= MOST_LOGGERS && !loggers.containsKey(name)) {
      throw new NotPossible(409, "the levels of " + MOST_LOGGERS + " loggers are set already");
    }
    Logger logger = Logger.getLogger(name.equals("root") ? "" : name);
    logger.setLevel(parsed);
    loggers.put(name, logger);
    return done(name + " logs from " + parsed.getName() + " on");
  }
}
