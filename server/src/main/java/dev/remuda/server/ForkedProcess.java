package dev.remuda.server;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The process of a {@link ForkedServer}. What is asked and answered goes through its standard input
 * and output, as messages of the wire protocol; the end of its input is the end of the server.
 */
final class ForkedProcess {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final int KEPT_LINES = 20;

  private final Process process;
  private final WorkerOutput output;
  private final Object lock = new Object();
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

  /** Whoever asked, in the order of the answers; guarded by the lock. */
  private final Deque<CompletableFuture<@Nullable Object>> asked = new ArrayDeque<>();

  /** What it wrote to its standard error last; guarded by the lock. */
  private final Deque<String> lastLines = new ArrayDeque<>();

  private boolean over;

  private ForkedProcess(Process process, WorkerOutput output) {
    this.process = process;
    this.output = output;
  }

  static ForkedProcess start(String name, WorkerOutput output) throws IOException {
    var forked = new ForkedProcess(new ProcessBuilder(command(name)).start(), output);
    Thread errors = thread("remuda-fork-log " + name, forked::log);
    thread("remuda-fork " + name, () -> forked.read(errors));
    return forked;
  }

  private static Thread thread(String name, Runnable work) {
    return Thread.ofPlatform().name(name).daemon().start(work);
  }

  private static List<String> command(String name) {
    List<Path> classPath =
        WorkerClassPath.withRuntime(List.of(WorkerClassPath.locationOf(TaskServer.class)));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:-UsePerfData"));
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%6$s%n");
    command.add("-cp");
    command.add(String.join(":", classPath.stream().map(Path::toString).toList()));
    command.add(ForkMain.class.getName());
    command.add("remuda-server: " + name); // for whoever looks at the processes
    return command;
  }

  long pid() {
    return process.pid();
  }

  CompletableFuture<@Nullable Void> ended() {
    return ended;
  }

  /** Fails with an {@link IOException} where it cannot or could not be done. */
  CompletableFuture<@Nullable Object> ask(String command, @Nullable Object argument) {
    var answer = new CompletableFuture<@Nullable Object>();
    var words = new ArrayList<@Nullable Object>();
    words.add(command);
    words.add(argument);
    synchronized (lock) {
      if (over) {
        answer.completeExceptionally(new IOException("the server process has ended"));
        return answer;
      }
      asked.add(answer);
      try {
        OutputStream to = process.getOutputStream();
        writer.write(new Message.Do(Meta.EMPTY, words));
        ByteBuffer bytes = writer.written();
        to.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        to.flush();
      } catch (IOException e) {
        // It has ended, which the reader notices too.
      } finally {
        writer.clear();
      }
    }
    return answer;
  }

  private void read(Thread errors) {
    try (ReadableByteChannel from = Channels.newChannel(process.getInputStream())) {
      var reader = new MessageReader(Limits.DEFAULTS);
      while (reader.readFrom(from) >= 0) {
        for (Message message = reader.next(); message != null; message = reader.next()) {
          take(message);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "the server process " + pid() + " is not understood", e);
    }
    finish(errors);
  }

  private void take(Message message) {
    if (message instanceof Message.Pr(_, List<?> line)
        && line.get(0) instanceof String worker
        && line.get(1) instanceof String stream
        && line.get(2) instanceof String text) {
      pass(worker, WorkerOutput.Stream.valueOf(stream), text);
      return;
    }
    CompletableFuture<@Nullable Object> answer;
    synchronized (lock) {
      answer = asked.remove();
    }
    if (message instanceof Message.Ok ok) {
      answer.complete(ok.result());
    } else if (message instanceof Message.Er er) {
      answer.completeExceptionally(new IOException(String.valueOf(er.error())));
    }
  }

  private void pass(String worker, WorkerOutput.Stream stream, String text) {
    try {
      output.line(worker, stream, text);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "the listener to workers' output failed", e);
    }
  }

  /** Its log becomes ours; what a JVM itself writes there is a warning. */
  private void log() {
    try (BufferedReader lines = process.errorReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (lock) {
          if (lastLines.size() == KEPT_LINES) {
            lastLines.remove();
          }
          lastLines.add(line);
        }
        int space = line.indexOf(' ');
        String first = space < 0 ? "" : line.substring(0, space);
        switch (first) {
          case "INFO" -> LOG.log(System.Logger.Level.INFO, line.substring(space + 1));
          case "WARNING" -> LOG.log(System.Logger.Level.WARNING, line.substring(space + 1));
          case "SEVERE" -> LOG.log(System.Logger.Level.ERROR, line.substring(space + 1));
          default -> LOG.log(System.Logger.Level.WARNING, line);
        }
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "no more is logged by the server process", e);
    }
  }

  private void finish(Thread errors) {
    int status = waitForStatus(errors);
    List<CompletableFuture<@Nullable Object>> unanswered;
    String how = "the server process " + pid() + " has ended with status " + status;
    synchronized (lock) {
      over = true;
      unanswered = List.copyOf(asked);
      asked.clear();
      how = lastLines.isEmpty() ? how : how + "; it said: " + String.join("\n", lastLines);
    }
    for (CompletableFuture<@Nullable Object> each : unanswered) {
      each.completeExceptionally(new IOException(how));
    }
    if (status == 0) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(new IOException(how));
    }
  }

  private int waitForStatus(Thread errors) {
    while (true) {
      try {
        int status = process.waitFor();
        errors.join();
        return status;
      } catch (InterruptedException e) {
        // Nobody interrupts this thread with a purpose.
      }
    }
  }

  /** Has it kill its workers; blocks until it has ended. */
  void end() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already.
    }
    awaitEnd();
  }

  /** Blocks until it has ended, however. */
  void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.get();
        break;
      } catch (ExecutionException e) {
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
