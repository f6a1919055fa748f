package dev.remuda.cli;

import dev.remuda.queue.Message;
import dev.remuda.queue.MessageHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Handles a message by a command, whose exit status says what became of it. */
final class CommandHandler implements MessageHandler {
  /** How many of the last lines of its stderr become the message's last error. */
  private static final int KEPT_LINES = 10;

  private static final int KEPT_LENGTH = 300;

  /** Longer lines are passed on in parts. */
  private static final int LONGEST_LINE = 10_000;

  private static final Duration AFTER_ITS_END = Duration.ofSeconds(1);

  private final List<String> command;
  private final List<String> words;
  private final Duration timeout;
  private final boolean json;
  private final Set<Process> running = ConcurrentHashMap.newKeySet();

  CommandHandler(List<String> command, Duration timeout, boolean json) {
    this.command = List.copyOf(command);
    this.words = OwnSession.of(command);
    this.timeout = timeout;
    this.json = json;
  }

  @Override
  public void handle(Message message) throws Exception {
    Process process = start(message);
    running.add(process);
    var lines = new LastLines();
    Thread reader = Thread.startVirtualThread(() -> passOn(process.errorReader(), lines));
    Thread writer = Thread.startVirtualThread(() -> write(process, message.data()));
    String failure;
    try {
      failure = failure(process);
    } finally {
      kill(process);
      running.remove(process);
      // What it has left in the background may keep its pipes open for ever.
      writer.join(AFTER_ITS_END);
      reader.join(AFTER_ITS_END);
    }
    show(message, failure);
    if (!failure.isEmpty()) {
      throw new FailedCommandException(failure + lines.text());
    }
  }

  /** Ends the commands that run, where nobody waits for them any more. */
  void killAll() {
    running.forEach(CommandHandler::kill);
  }

  private Process start(Message message) throws IOException {
    var builder = new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> environment = builder.environment();
    environment.put("REMUDA_MESSAGE_ID", Long.toString(message.id()));
    environment.put("REMUDA_MESSAGE_TYPE", message.type());
    environment.put("REMUDA_MESSAGE_ATTEMPT", Integer.toString(message.attempt()));
    return builder.start();
  }

  /** A command need not read its stdin. */
  private static void write(Process process, String data) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(data.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has closed it, or ended.
    }
  }

  private static void passOn(BufferedReader stderr, LastLines lines) {
    var line = new StringBuilder();
    try (stderr) {
      int last = 0;
      for (int next = stderr.read(); next >= 0; next = stderr.read()) {
        boolean ends = next == '\n' || next == '\r';
        if (!ends) {
          line.append((char) next);
        }
        if ((ends && !(next == '\n' && last == '\r')) || line.length() == LONGEST_LINE) {
          lines.add(line);
        }
        last = next;
      }
      if (!line.isEmpty()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // It was ended meanwhile.
    }
  }

  /** What it said last; written by the thread that reads it, which may go on for longer. */
  private static final class LastLines {
    private final Deque<String> lines = new ArrayDeque<>();

    /** Passes a line on, and empties it. */
    synchronized void add(StringBuilder line) {
      System.err.println(line);
      lines.add(line.substring(0, Math.min(KEPT_LENGTH, line.length())));
      line.setLength(0);
      if (lines.size() > KEPT_LINES) {
        lines.remove();
      }
    }

    synchronized String text() {
      return lines.isEmpty() ? "" : ":\n" + String.join("\n", lines);
    }
  }

  /** Empty when there is none. */
  private String failure(Process process) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      return command.getFirst() + " was killed after " + DurationText.of(timeout);
    }
    int status = process.exitValue();
    return status == 0 ? "" : command.getFirst() + " ended with status " + status;
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void show(Message message, String failure) {
    if (json) {
      var line = new LinkedHashMap<String, @Nullable Object>();
      line.put("id", message.id());
      line.put("attempt", (long) message.attempt());
      line.put("done", failure.isEmpty());
      line.put("failure", failure.isEmpty() ? null : failure);
      System.out.println(Printable.json(line));
    }
  }

  /** Becomes a message's last error. */
  private static final class FailedCommandException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedCommandException(String message) {
      super(message, null, false, false);
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the class would stand before what happened
    public String toString() {
      return String.valueOf(getMessage());
    }
  }
}
