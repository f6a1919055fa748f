package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has new workers start from an ahead-of-time cache: it finds one, or has one trained when the
 * server has lived for a while, and lets go of one that does not work. Belongs to the supervisor's
 * loop. Whatever goes wrong costs speed only.
 */
final class AotKeeper {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How soon to look again for what another server trains. */
  private static final long LOOK_AGAIN_MILLIS = 1_000;

  /** Of one server: whoever makes none that works twice will not make one. */
  private static final int MOST_TRAININGS = 2;

  /** A worker's exit status where what it is to serve cannot be loaded. */
  private static final int CANNOT_START = 2;

  private final ServerConfig config;
  private final EventLoop loop;
  private final ByteBuffer scratch;
  private final Runnable whenIdle;

  /** Workers that were started with a cache, each with the first thing that its JVM said of it. */
  private final Map<String, String> startedWithCache = new HashMap<>();

  /** Those of them whose last line was their JVM's: the next may belong to it. */
  private final Set<String> speaking = new HashSet<>();

  private @Nullable AotFolder folder;
  private @Nullable AotCommand command;
  private AotFolder.@Nullable Found cache;
  private @Nullable WorkerProgram withCache;
  private @Nullable AotTraining training;
  private int trainings;
  private boolean stopped;
  private AotStatus status = AotStatus.none(null);

  /**
   * Nothing happens before {@link #begin}.
   *
   * @param whenIdle told when no process of a training is left
   */
  AotKeeper(ServerConfig config, EventLoop loop, ByteBuffer scratch, Runnable whenIdle) {
    this.config = config;
    this.loop = loop;
    this.scratch = scratch;
    this.whenIdle = whenIdle;
  }

  /** Before the first worker is started: one that is known is used at once. */
  void begin() {
    AotCache wanted = config.aotCache();
    if (!(config.program() instanceof WorkerProgram.Java)) {
      status = AotStatus.none("it is for workers that serve a class");
      return;
    } else if (wanted.folder() == null) {
      status = AotStatus.none("it is off");
      return;
    }
    status = untrained(wanted.trainAfter());
    folder = new AotFolder(wanted.folder());
    trainLater();
    try {
      if (folder.hasAny()) { // else nothing of this delays the first start
        look(folder);
      }
    } catch (IOException e) {
      none(System.Logger.Level.WARNING, String.valueOf(e.getMessage()));
    }
  }

  private static AotStatus untrained(@Nullable Duration trainAfter) {
    if (trainAfter == null) {
      return AotStatus.none("there is none, and none is trained");
    }
    return trainAfter.isZero()
        ? AotStatus.training()
        : AotStatus.none("it is trained when the server is " + trainAfter + " old");
  }

  private void look(AotFolder caches) throws IOException {
    AotCommand wanted = command();
    AotFolder.Found known = wanted == null ? null : caches.known(wanted);
    if (known != null) {
      use(known);
    } else if (wanted != null) {
      lookUp(caches, wanted);
    }
  }

  /** Null where there is to be no cache, which is said. */
  private @Nullable AotCommand command() throws IOException {
    if (command == null && config.program() instanceof WorkerProgram.Java program) {
      String obstacle = AotObstacles.find(program.jvmArguments(), config.environment());
      if (obstacle == null) {
        command = AotCommand.of(program, config.environment());
      } else {
        folder = null;
        none(System.Logger.Level.INFO, obstacle);
      }
    }
    return command;
  }

  /** Reads all of the jars, which takes as long as it takes; the first workers do not wait. */
  private void lookUp(AotFolder caches, AotCommand wanted) {
    Thread.ofPlatform()
        .name("remuda-aot " + config.name())
        .daemon()
        .start(() -> {
          try {
            AotFolder.Found found = caches.find(wanted);
            loop.execute(() -> {
              if (found != null && cache == null && !stopped) {
                use(found);
              }
            });
          } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "no AOT cache was found: {0}", e.toString());
          }
        });
  }

  private void trainLater() {
    Duration after = config.aotCache().trainAfter();
    if (after != null) {
      loop.schedule(after.toMillis(), this::train);
    }
  }

  private void train() {
    if (stopped || cache != null || training != null || folder == null) {
      return;
    }
    try {
      AotCommand wanted = command();
      if (wanted != null && config.program() instanceof WorkerProgram.Java program) {
        status = AotStatus.training();
        training =
            new AotTraining(config, program, wanted, folder, loop, scratch, this::trainingEnded);
        training.begin();
      }
    } catch (IOException e) {
      none(System.Logger.Level.INFO, String.valueOf(e.getMessage()));
    }
  }

  private void trainingEnded(AotTraining.Outcome outcome) {
    training = null;
    if (stopped) {
      status = AotStatus.none("the server takes no more work");
      whenIdle.run();
      return;
    }
    switch (outcome) {
      case AotTraining.Outcome.Have(AotFolder.Found found, boolean made) -> {
        if (made) {
          trainings++;
          LOG.log(
              System.Logger.Level.INFO,
              "{0}: new workers start from the AOT cache {1}, just trained",
              config.name(),
              found.file());
        }
        use(found);
      }
      case AotTraining.Outcome.Elsewhere() -> loop.schedule(LOOK_AGAIN_MILLIS, this::train);
      case AotTraining.Outcome.Failed(String reason) -> none(System.Logger.Level.INFO, reason);
    }
  }

  private void use(AotFolder.Found found) {
    if (config.program() instanceof WorkerProgram.Java program && folder != null) {
      cache = found;
      withCache = program.withCache(found.file());
      status = AotStatus.used(found.file());
      folder.used(found.file());
    }
  }

  private void none(System.Logger.Level level, String reason) {
    cache = null;
    withCache = null;
    status = AotStatus.none(reason);
    LOG.log(level, "{0}: workers start without an AOT cache: {1}", config.name(), reason);
  }

  /** What the worker with this id is to run. */
  WorkerProgram program(String id) {
    if (cache != null) {
      // A JVM would run the old code of jars that have changed under it.
      if (!cache.isUpToDate()) {
        none(System.Logger.Level.INFO, "the class path has changed");
        trainLater();
      } else if (!Files.exists(cache.file())) {
        none(System.Logger.Level.INFO, cache.file() + " is gone");
        trainLater();
      }
    }
    if (withCache == null) {
      return config.program();
    }
    startedWithCache.put(id, "");
    return withCache;
  }

  /** True for what a JVM says of its cache, which is no output of the worker's. */
  boolean printed(String id, String line) {
    String first = startedWithCache.get(id);
    String message = first == null ? null : AotMessages.of(line);
    if (first == null || message == null) {
      speaking.remove(id);
      return false;
    } else if (AotMessages.isContinuation(line) && !speaking.contains(id)) {
      return false; // a worker may print what looks so
    }
    speaking.add(id);
    if (first.isEmpty()) {
      first = message;
      startedWithCache.put(id, message);
    }
    if (AotMessages.isError(line)) {
      letGo("the JVM of " + id + " says: " + first);
    }
    return true;
  }

  /** A worker has ended; one that did not come far may have met its end in its cache. */
  void ended(WorkerState was, WorkerExit exit) {
    speaking.remove(exit.id());
    boolean suspect = startedWithCache.remove(exit.id()) != null && was == WorkerState.STARTING;
    if (suspect && exit.reason() == null && !isOfItsOwn(exit.cause())) {
      letGo(exit.id() + " " + exit.cause() + " before it was ready");
    }
  }

  /** Whether a worker, not its JVM, has found that it cannot start. */
  private static boolean isOfItsOwn(WorkerExit.Cause cause) {
    return switch (cause) {
      case WorkerExit.Cause.Exited(int status) -> status == CANNOT_START;
      case WorkerExit.Cause.OutOfMemory _ -> true;
      case WorkerExit.Cause.Crashed _, WorkerExit.Cause.Signalled _ -> false;
    };
  }

  private void letGo(String reason) {
    AotFolder.Found bad = cache;
    if (bad == null) {
      return;
    }
    try {
      Files.deleteIfExists(bad.file());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot remove {0}: {1}", bad.file(), e.toString());
    }
    none(System.Logger.Level.WARNING, "that in " + bad.file() + " does not work: " + reason);
    if (trainings < MOST_TRAININGS) {
      trainLater();
    }
  }

  AotStatus status() {
    return status;
  }

  /** Whether a process of a training has to be waited for. */
  boolean isBusy() {
    return training != null && training.hasProcess();
  }

  /** No more is trained, and what trains is killed. */
  void stop() {
    stopped = true;
    if (training != null) {
      training.stop("the server takes no more work");
    }
  }
}
