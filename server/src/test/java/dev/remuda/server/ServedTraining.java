package dev.remuda.server;

import dev.remuda.worker.WorkerHooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** Writes down what is done with it, with the pid, and does in training what its folder says. */
public final class ServedTraining implements WorkerHooks {
  private static final Path FOLDER = Path.of(System.getenv("TRIAL"));

  /** Made in workers, and where there is a hook to be trained. */
  public ServedTraining() throws IOException {
    note("made");
  }

  @Override
  public void setup() throws IOException {
    note("setup");
  }

  @Override
  public void train() throws IOException {
    note("train");
    while (Files.exists(FOLDER.resolve("train-waits"))) {
      LockSupport.parkNanos(5_000_000);
    }
    if (Files.exists(FOLDER.resolve("train-fails"))) {
      throw new IllegalStateException("no data to train with");
    }
  }

  /** Something to call; what it prints looks like the second line of a JVM's message. */
  public String hello() {
    System.out.println("[ ] hello is called");
    return "hello";
  }

  private static void note(String what) throws IOException {
    Files.writeString(
        FOLDER.resolve("log"),
        what + " " + ProcessHandle.current().pid() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
