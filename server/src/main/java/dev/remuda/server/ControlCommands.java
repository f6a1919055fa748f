package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What can be asked at the control address, by name. Belongs to the supervisor's loop. */
final class ControlCommands implements ControlPoint.Commands {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How long the end of a worker is awaited for one who does not say how long it waits itself. */
  private static final long DEFAULT_WAIT_MILLIS = 1_000;

  private static final long LONGEST_WAIT_MILLIS = 10_000;

  /** Who listens stays: there must be connections left for those who ask. */
  static final int MOST_LISTENERS = 48;

  private static final String ASKED = "the control address asked for it";
  private static final int SHOWN_CHARACTERS = 80;
  private static final int REASON_CHARACTERS = 500;

  /** One of them. */
  private interface Command {
    void answer(Question question);
  }

  private record Known(String usage, int leastArguments, int mostArguments, Command command) {}

  private final Map<String, Known> commands = new TreeMap<>();

  /** Not for people. */
  private final Map<String, Known> amongServers = new HashMap<>();

  private final long startedNanos = System.nanoTime();
  private final Supervisor supervisor;
  private final EventLoop loop;
  private final Map<String, Object> description;
  private int listeners;

  /**
   * Commands about the workers of one supervisor.
   *
   * @param description what {@code status} tells that never changes
   */
  ControlCommands(Supervisor supervisor, EventLoop loop, Map<String, Object> description) {
    this.supervisor = supervisor;
    this.loop = loop;
    this.description = description;
    commands.put("status", new Known("status", 0, 0, this::status));
    commands.put("workers", new Known("workers", 0, 0, this::workers));
    commands.put("autopsy", new Known("autopsy ID [PID]", 1, 2, this::autopsy));
    commands.put("dump", new Known("dump ID [PID]", 1, 2, this::dump));
    commands.put("events", new Known("events", 0, 0, this::events));
    commands.put("kill", new Known("kill ID REASON [PID]", 2, 3, this::kill));
    var succession = new Succession(supervisor);
    amongServers.put("handover", new Known("handover PID", 1, 1, succession::handover));
    amongServers.put("handed", new Known("handed", 0, 0, succession::handed));
    commands.put("retire", new Known("retire ID [REASON [PID]]", 1, 3, this::retire));
    commands.put("drain", new Known("drain [MILLIS]", 0, 1, this::drain));
    commands.put("reload", new Known("reload [REASON]", 0, 1, this::reload));
  }

  /** Whoever asks what is not known, or not so, is told what there is. */
  @Override
  public void answer(@Nullable Object name, Question question) {
    Known known = name instanceof String text ? known(text) : null;
    if (known == null) {
      question.failed("no command " + shown(name) + "; there is " + usages());
    } else if (question.count() < known.leastArguments || question.count() > known.mostArguments) {
      question.failed(name + " with " + question.count() + " arguments; there is " + known.usage);
    } else {
      known.command.answer(question);
    }
  }

  private @Nullable Known known(String name) {
    Known known = commands.get(name);
    return known == null ? amongServers.get(name) : known;
  }

  private String usages() {
    return String.join(", ", commands.values().stream().map(Known::usage).toList());
  }

  private void status(Question question) {
    ServerStats stats = supervisor.statsNow();
    var states = new LinkedHashMap<String, Integer>();
    for (WorkerState state : WorkerState.values()) {
      states.put(state.name(), 0);
    }
    stats.workers().forEach(worker -> states.merge(worker.state(), 1, Integer::sum));
    states.values().removeIf(count -> count == 0);
    var status = new LinkedHashMap<String, @Nullable Object>(description);
    status.put("ageMillis", Duration.ofNanos(System.nanoTime() - startedNanos).toMillis());
    status.put("started", stats.started());
    status.put("killed", stats.killed());
    status.put("refused", stats.refused());
    status.put("draining", stats.draining());
    status.put("workers", states);
    var waiting = new ArrayList<Map<String, Object>>();
    for (ServerStats.Waiting each : stats.waiting()) {
      var queue = new LinkedHashMap<String, Object>();
      queue.put("address", each.address());
      queue.put("connections", each.connections());
      queue.put("millis", each.since().toMillis());
      waiting.add(queue);
    }
    status.put("waiting", waiting);
    status.put("trouble", stats.trouble());
    status.put("tls", stats.gateways().stream().map(ControlCommands::gateway).toList());
    status.put("aot", supervisor.aotStatusNow().toWire());
    question.ok(status);
  }

  private static Map<String, Object> gateway(ServerStats.Gateway gateway) {
    var wire = new LinkedHashMap<String, Object>();
    wire.put("address", gateway.address());
    wire.put("connections", gateway.connections());
    wire.put("handshakes", gateway.handshakes());
    wire.put("accepted", gateway.accepted());
    wire.put("refused", gateway.refused());
    wire.put("lastRefusal", gateway.lastRefusal());
    return wire;
  }

  private void workers(Question question) {
    var all = new ArrayList<Map<String, @Nullable Object>>();
    for (ServerStats.Worker each : supervisor.statsNow().workers()) {
      var worker = new LinkedHashMap<String, @Nullable Object>();
      worker.put("id", each.id());
      worker.put("pid", each.pid());
      worker.put("state", each.state());
      worker.put("reason", each.reason());
      worker.put("toBeReplaced", each.toBeReplaced());
      worker.put("address", each.address());
      worker.put("ageMillis", each.ageMillis());
      worker.put("readyMillis", each.readyAfter().map(Duration::toMillis));
      worker.put("checkouts", each.checkouts());
      WorkerProcess process = supervisor.worker(each.id());
      worker.put("inStateMillis", process == null ? 0 : process.inState().toMillis());
      worker.put("rssKib", ResidentMemory.bytes(each.pid()) >> 10);
      all.add(worker);
    }
    question.ok(all);
  }

  /** Null for one that still lives when the asker has waited long enough. */
  private void autopsy(Question question) {
    String id = id(question, 1);
    if (id == null) {
      return;
    }
    WorkerExit exit = supervisor.exits().of(id);
    if (exit != null) {
      question.ok(exit.toWire());
      return;
    }
    EventLoop.Timer timer = loop.schedule(waitMillis(question), () -> question.ok(null));
    Runnable forget = supervisor.exits().await(id, ended -> question.ok(ended.toWire()));
    question.whenOver(() -> {
      loop.cancel(timer);
      forget.run();
    });
  }

  private static long waitMillis(Question question) {
    long left = question.millisLeft();
    return left < 0 ? DEFAULT_WAIT_MILLIS : Math.min(left, LONGEST_WAIT_MILLIS);
  }

  /** What the threads of one that lives do at this moment. */
  private void dump(Question question) {
    String id = id(question, 1);
    if (id == null) {
      return;
    }
    WorkerProcess worker = supervisor.worker(id);
    if (worker == null) {
      question.failed("worker " + shown(id) + " has ended");
      return;
    }
    long millis = waitMillis(question);
    EventLoop.Timer timer =
        loop.schedule(
            millis,
            () ->
                question.failed(
                    "worker "
                        + shown(id)
                        + " has not said within "
                        + millis
                        + " ms what its threads do"));
    Runnable forget = supervisor.dumpNow(worker, question::ok);
    Runnable forgetEnd =
        supervisor.exits().await(id, exit -> question.failed("meanwhile " + exit.summary()));
    question.whenOver(() -> {
      loop.cancel(timer);
      forget.run();
      forgetEnd.run();
    });
  }

  /** Never answered, but by an error: whoever has enough closes the connection. */
  private void events(Question question) {
    if (question.window() <= 0) {
      question.failed("events come as progress: META pr says how many may be under way");
      return;
    }
    if (listeners >= MOST_LISTENERS) {
      question.failed(
          MOST_LISTENERS
              + " listen to the events already, and no more may: the other connections to the"
              + " control address are for questions");
      return;
    }
    listeners++;
    Consumer<ServerEvent> listener = event -> question.progress(Events.toWire(event));
    supervisor.events().listen(listener);
    question.whenOver(() -> {
      listeners--;
      supervisor.events().forget(listener);
    });
    var first = new LinkedHashMap<String, Object>();
    first.put("at", Instant.now());
    first.put("event", "listening");
    question.progress(first);
  }

  /** True when it lived. */
  private void kill(Question question) {
    String id = id(question, 2);
    if (id == null) {
      return;
    }
    String reason = reason(question, 1, "kill", null);
    if (reason == null) {
      return;
    }
    boolean lived = supervisor.worker(id) != null;
    if (lived) {
      LOG.log(System.Logger.Level.INFO, "{0} is killed by the control address: {1}", id, reason);
      supervisor.kill(id, reason);
    }
    question.ok(lived);
  }

  /** True when it was to stay until now. */
  private void retire(Question question) {
    String id = id(question, 2);
    if (id == null) {
      return;
    }
    String reason = reason(question, 1, "retire", ASKED);
    if (reason != null) {
      question.ok(supervisor.retireNow(id, reason));
    }
  }

  private void reload(Question question) {
    String reason = reason(question, 0, "reload", "reload");
    if (reason != null && supervisor.isLeaving()) {
      question.failed("it is ending, nothing is replaced");
    } else if (reason != null) {
      supervisor.reloadNow(reason);
      question.ok(null);
    }
  }

  /** Answered when it has begun; who wants to know of its end sees the connection end. */
  private void drain(Question question) {
    Object grace = question.argument(0);
    if (grace == null) {
      supervisor.drainNow("drain");
    } else if (grace instanceof Long millis
        && millis >= 0
        && millis <= TaskServer.LONGEST_GRACE.toMillis()) {
      supervisor.close(Duration.ofMillis(millis));
    } else {
      question.failed("drain takes milliseconds, 365 days at the most, not " + shown(grace));
      return;
    }
    question.ok(null);
  }

  /** Null when the question was answered that this is none. */
  private static @Nullable String reason(
      Question question, int at, String command, @Nullable String usual) {
    Object given = question.argument(at);
    if (given instanceof String text && !text.isBlank()) {
      return oneLine(text);
    }
    if (given == null && usual != null) {
      return usual;
    }
    question.failed(command + " needs a reason, not " + shown(given));
    return null;
  }

  /**
   * The worker that is asked for; null when the question was answered that there is none such. A
   * pid tells it from one of the same name under an earlier supervisor.
   */
  private @Nullable String id(Question question, int pidAt) {
    if (!(question.argument(0) instanceof String id)) {
      question.failed("ID is a string such as name(7), not " + shown(question.argument(0)));
      return null;
    }
    Long pid = pid(id);
    if (pid == null) {
      question.failed(
          "no worker " + shown(id) + " lives or is among the last " + Exits.KEPT + " that ended");
      return null;
    }
    Object wanted = question.argument(pidAt);
    if (wanted != null && !wanted.equals(pid)) {
      question.failed("worker " + shown(id) + " has pid " + pid + ", not " + shown(wanted));
      return null;
    }
    return id;
  }

  private @Nullable Long pid(String id) {
    WorkerProcess living = supervisor.worker(id);
    if (living != null) {
      return living.pid();
    }
    WorkerExit exit = supervisor.exits().of(id);
    return exit == null ? null : exit.pid();
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> "'" + cut(text, SHOWN_CHARACTERS) + "'";
      case Number number -> cut(number.toString(), SHOWN_CHARACTERS);
      case Boolean flag -> flag.toString();
      case List<?> _ -> "an array";
      default -> "an object";
    };
  }

  /** For logs, which have one line for one thing. */
  private static String oneLine(String text) {
    return cut(text, REASON_CHARACTERS).replaceAll("\\p{Cntrl}", " ").strip();
  }

  private static String cut(String text, int characters) {
    if (text.length() <= characters) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters;
    return text.substring(0, end) + "…";
  }
}
