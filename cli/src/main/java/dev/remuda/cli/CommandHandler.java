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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Handles a message by a command, whose exit status says what became of it. */
final class CommandHandler implements MessageHandler {
  /** How many of the last lines of its stderr become the message's last error. */
  private static final int KEPT_LINES = 10;

  private static final int KEPT_LENGTH = 300;

  private final List<String> command;
  private final Duration timeout;
  private final boolean json;

  CommandHandler(List<String> command, Duration timeout, boolean json) {
    this.command = List.copyOf(command);
    this.timeout = timeout;
    this.json = json;
  }

  @Override
  public void handle(Message message) throws Exception {
    Process process = start(message);
    Deque<String> lines = new ArrayDeque<>();
    Thread reader = Thread.startVirtualThread(() -> passOn(process.errorReader(), lines));
    Thread writer = Thread.startVirtualThread(() -> write(process, message.data()));
    String failure;
    try {
      failure = failure(process);
    } finally {
      kill(process);
      writer.join();
      reader.join();
    }
    show(message, failure);
    if (!failure.isEmpty()) {
      throw new FailedCommandException(failure + lastLines(lines));
    }
  }

  private Process start(Message message) throws IOException {
    var builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT);
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

  private static void passOn(BufferedReader stderr, Deque<String> lines) {
    try (stderr) {
      for (String line = stderr.readLine(); line != null; line = stderr.readLine()) {
        System.err.println(line);
        lines.add(line.substring(0, Math.min(KEPT_LENGTH, line.length())));
        if (lines.size() > KEPT_LINES) {
          lines.remove();
        }
      }
    } catch (IOException e) {
      // It was ended meanwhile.
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

  private static String lastLines(Deque<String> lines) {
    return lines.isEmpty() ? "" : ":\n" + String.join("\n", lines);
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
