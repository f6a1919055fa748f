package dev.remuda.cli;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code remuda drain}: ends a server when its work is done. */
@Command(
    name = "drain",
    sortOptions = false,
    header = "Ends a server once its workers have finished.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda drain ADDR [--grace D] [--wait] [--json] [--timeout D]",
    description = {
      "",
      "It takes no more work: idle workers leave, the others are asked back from their",
      "clients, and whoever waits in the queue is still served. With the last worker",
      "the server ends. It cannot be called off.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda drain unix:/run/ocr.sock",
      "  remuda drain unix:/run/ocr.sock --grace 1m --wait",
      "",
      "With --wait it shows on stderr who is still there; Ctrl-C ends the waiting, and",
      "the server drains on. Another --grace may be given to one that drains already.",
      "",
      "Exit status: 0 begun, or with --wait ended; 1 the server was killed before; 2",
      "wrong usage; 3 no server, or no answer in time."
    })
final class DrainCommand extends ControlCommand {
  private static final long LOOK_MILLIS = 200;
  private static final long CLEAN_UP_MILLIS = 1_000;

  @Option(
      names = "--grace",
      paramLabel = "D",
      converter = GraceText.class,
      description = "How long workers may take; then they are killed. Default: no limit.")
  private @Nullable Duration grace;

  @Option(names = "--wait", description = "Do not come back before the server has ended.")
  private boolean wait;

  @Override
  int run(ControlClient server) throws CommandException {
    long began = System.nanoTime();
    int left;
    try {
      var _ = grace == null ? server.ask("drain") : server.ask("drain", grace.toMillis());
      left = WorkerRow.of(server).size();
    } catch (ServerEndedException e) {
      left = 0; // it had no worker to wait for
    }
    if (wait) {
      follow(server);
      requireClean(server);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      show(
          true,
          "millis",
          millis,
          "drained in "
              + DurationText.rounded(millis)
              + ": the server (pid "
              + server.pid()
              + ") has ended");
    } else {
      show(false, "workers", left, left + (left == 1 ? " worker" : " workers") + " to go");
    }
    return ExitStatus.DONE;
  }

  private void show(boolean drained, String key, long value, String text) {
    if (isJson()) {
      var json = new LinkedHashMap<String, Object>();
      json.put("drained", drained);
      json.put(key, value);
      printJson(json);
    } else {
      print(text);
    }
  }

  private void follow(ControlClient server) throws CommandException {
    var progress = new DrainProgress();
    try {
      while (true) {
        progress.show(WorkerRow.of(server));
        pause(LOOK_MILLIS);
      }
    } catch (ServerEndedException e) {
      progress.end();
    }
  }

  /** One that has ended as it should leaves no socket, unless another has come in its place. */
  private void requireClean(ControlClient server) throws CommandException {
    for (long waited = 0; isThere(server) && waited < CLEAN_UP_MILLIS; waited += LOOK_MILLIS) {
      pause(LOOK_MILLIS);
    }
    if (isThere(server)) {
      requireSuccessor(server);
    }
  }

  private static boolean isThere(ControlClient server) {
    return Files.exists(server.control().path(), LinkOption.NOFOLLOW_LINKS);
  }

  private static void requireSuccessor(ControlClient server) throws CommandException {
    try (ControlClient other = ControlClient.open(server.control(), Duration.ofSeconds(1))) {
      if (other.pid() != server.pid()) {
        return;
      }
    } catch (CommandException e) {
      throw new CommandException(
          ExitStatus.FAILED,
          "the server (pid "
              + server.pid()
              + ") was killed before it had drained; its socket is still there",
          e);
    }
    throw server.nonsense("drain");
  }

  private static void pause(long millis) throws CommandException {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new CommandException(ExitStatus.FAILED, "interrupted", e);
    }
  }
}
