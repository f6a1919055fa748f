package dev.remuda.server;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to have the ahead-of-time cache for a command line: it is found, or made by a process
 * that does what a worker does, and then tried by another. Belongs to the supervisor's loop; files
 * are read and written on a thread of its own.
 */
final class AotTraining {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How long a training may take, the user's hook included. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** A worker ends so when its connection does. */
  private static final ExitStatus.Ending AS_A_WORKER = new ExitStatus.Exited(1);

  private static final ExitStatus.Ending WELL = new ExitStatus.Exited(0);
  private static final String HOOK_FAILED = "train-failed ";

  /** What came of it. */
  sealed interface Outcome {
    /** There is one, by this attempt or not. */
    record Have(AotFolder.Found found, boolean made) implements Outcome {}

    /** Another server makes it at this moment. */
    record Elsewhere() implements Outcome {}

    /** There is none. */
    record Failed(String reason) implements Outcome {}
  }

  /** What is to be made, while no other server makes the same. */
  private record Job(String name, List<Path> files, List<String> identities, SocketLock lock) {}

  private final ServerConfig config;
  private final WorkerProgram.Java program;
  private final AotCommand command;
  private final AotFolder folder;
  private final EventLoop loop;
  private final ByteBuffer scratch;
  private final Consumer<Outcome> then;
  private @Nullable Job job;
  private @Nullable Path socket;
  private @Nullable ListenPoint listener;
  private @Nullable AotProcess process;
  private EventLoop.@Nullable Timer limit;
  private @Nullable String stopReason;

  /** Nothing happens before {@link #begin}; {@code then} is called once, on the loop. */
  AotTraining(
      ServerConfig config,
      WorkerProgram.Java program,
      AotCommand command,
      AotFolder folder,
      EventLoop loop,
      ByteBuffer scratch,
      Consumer<Outcome> then) {
    this.config = config;
    this.program = program;
    this.command = command;
    this.folder = folder;
    this.loop = loop;
    this.scratch = scratch;
    this.then = then;
  }

  void begin() {
    aside(this::prepare, Runnable::run);
  }

  /** Whether a process of it has to be waited for. */
  boolean hasProcess() {
    return process != null;
  }

  /** Ends its process; what came of it is still told. */
  void stop(String reason) {
    if (stopReason == null) {
      stopReason = reason;
    }
    if (process != null) {
      process.kill();
    }
  }

  /** A step that waits for disks, and what to do on the loop with what came of it. */
  private <T> void aside(Callable<T> step, Consumer<T> next) {
    Thread.ofPlatform()
        .name("remuda-aot " + config.name())
        .daemon()
        .start(() -> {
          try {
            T result = step.call();
            loop.execute(() -> next.accept(result));
          } catch (Exception e) {
            loop.execute(() -> fail(text(e)));
          }
        });
  }

  /** The message of some exceptions is a path and nothing else. */
  private static String text(Exception e) {
    return e instanceof FileSystemException || e.getMessage() == null
        ? e.toString()
        : e.getMessage();
  }

  /** Gives what is to be done next on the loop. */
  private Runnable prepare() throws IOException {
    folder.prepare();
    List<Path> files = command.files();
    List<String> identities = AotCommand.identities(files);
    String name = command.name(files);
    Outcome found = existing(name, files, identities);
    if (found != null) {
      return () -> end(found);
    }
    SocketLock lock;
    try {
      lock = SocketLock.acquire(folder.file(name));
    } catch (SocketInUseException e) {
      return () -> end(new Outcome.Elsewhere());
    }
    var mine = new Job(name, files, identities, lock);
    Outcome meanwhile = existing(name, files, identities);
    return () -> {
      job = mine;
      if (meanwhile != null) {
        end(meanwhile);
      } else {
        train(mine);
      }
    };
  }

  private @Nullable Outcome existing(String name, List<Path> files, List<String> identities)
      throws IOException {
    Path file = folder.existing(name);
    if (file == null) {
      return null;
    }
    folder.remember(command, files, identities, name);
    return new Outcome.Have(new AotFolder.Found(file, identities), false);
  }

  private void train(Job mine) {
    if (stopReason != null) {
      fail(stopReason);
      return;
    }
    Path draft = folder.draft(mine.name());
    try {
      Path path = PrivateSocket.create(PrivateSocket.Purpose.TRAINING);
      socket = path;
      ListenPoint point = ListenPoint.open(new Address.Unix(path), SocketAccess.OWNER_ONLY);
      listener = point;
      limit = loop.schedule(LIMIT.toMillis(), () -> stop("it took longer than " + LIMIT));
      start(point, id -> program.training(id, draft), end -> trained(point, end, draft));
    } catch (IOException | RuntimeException e) {
      fail(text(e));
    }
  }

  /** How a process is called decides its program. */
  private interface Programmed {
    WorkerProgram as(String id);
  }

  private void start(ListenPoint point, Programmed programmed, Consumer<AotProcess.End> next)
      throws IOException {
    if (stopReason != null) {
      fail(stopReason);
      return;
    }
    String id = config.name() + "(training)";
    SpawnedWorker spawned =
        SpawnedWorker.start(
            id, programmed.as(id), config.environment(), config.workingDirectory(), point.fd());
    try {
      process =
          new AotProcess(
              loop,
              scratch,
              spawned,
              config.aotCache().niceness(),
              end -> {
                process = null;
                next.accept(end);
              });
    } catch (IOException e) {
      spawned.abandon();
      throw e;
    }
  }

  private void trained(ListenPoint point, AotProcess.End end, Path draft) {
    for (String line : end.said()) {
      if (line.startsWith(HOOK_FAILED)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}: train() failed: {1}",
            config.name(),
            line.substring(HOOK_FAILED.length()));
      }
    }
    if (!end.status().ending().equals(AS_A_WORKER) || !Files.exists(draft)) {
      fail(AotMessages.reason(end.printed()));
      return;
    }
    try {
      start(point, id -> program.check(id, draft), this::checked);
    } catch (IOException | RuntimeException e) {
      fail(text(e));
    }
  }

  /** What was made is of use only if a JVM with the same flags takes it. */
  private void checked(AotProcess.End end) {
    Job mine = job;
    if (mine == null || !end.status().ending().equals(WELL)) {
      fail(AotMessages.reason(end.printed()));
    } else {
      aside(() -> publish(mine), this::end);
    }
  }

  private Outcome publish(Job mine) throws IOException {
    if (!AotCommand.identities(mine.files()).equals(mine.identities())) {
      return new Outcome.Failed("the class path changed meanwhile");
    }
    Path file = folder.publish(mine.name());
    folder.remember(command, mine.files(), mine.identities(), mine.name());
    folder.keepNewest();
    return new Outcome.Have(new AotFolder.Found(file, mine.identities()), true);
  }

  private void fail(String reason) {
    end(new Outcome.Failed(stopReason == null ? reason : stopReason));
  }

  private void end(Outcome outcome) {
    if (limit != null) {
      loop.cancel(limit);
    }
    try {
      if (listener != null) {
        listener.close();
      }
      if (socket != null) {
        PrivateSocket.remove(socket);
      }
      if (job != null) {
        folder.removeDraft(job.name());
        job.lock().close();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "after a training: " + e);
    }
    listener = null;
    socket = null;
    job = null;
    then.accept(outcome);
  }
}
