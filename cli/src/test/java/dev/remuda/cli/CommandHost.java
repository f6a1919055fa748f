package dev.remuda.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.LogManager;

/**
 * A process that runs one command after another: what a second of its own would be spent on for
 * each is done once. For commands that end by themselves, where the process is not what is tested.
 */
final class CommandHost {
  private static final int PATIENCE_SECONDS = 60;

  /** Those that have nothing to do; each ends with this process. */
  private static final Deque<CommandHost> IDLE = new ConcurrentLinkedDeque<>();

  private final Process process;
  private final DataOutputStream to;
  private final DataInputStream from;

  private CommandHost() {
    try {
      ProcessBuilder builder = new ProcessBuilder(Command.java(CommandHost.class));
      process =
          Command.inPlainSurroundings(builder)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    to = new DataOutputStream(process.getOutputStream());
    from = new DataInputStream(process.getInputStream());
  }

  /** Runs a command to its end. */
  static Command.Ended run(String... arguments) {
    CommandHost host = IDLE.poll();
    if (host == null) {
      host = new CommandHost();
    }
    boolean answered = false;
    try {
      Command.Ended ended =
          CompletableFuture.supplyAsync(host.asking(arguments), Thread::startVirtualThread)
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      answered = true;
      return ended;
    } catch (Exception e) {
      throw new AssertionError("remuda " + String.join(" ", arguments), e);
    } finally {
      if (answered) {
        IDLE.push(host);
      } else {
        host.process.destroyForcibly();
      }
    }
  }

  private Supplier<Command.Ended> asking(String... arguments) {
    return () -> {
      try {
        to.writeInt(arguments.length);
        for (String argument : arguments) {
          write(to, argument.getBytes(StandardCharsets.UTF_8));
        }
        to.flush();
        int status = from.readInt();
        return new Command.Ended(status, text(from), text(from));
      } catch (IOException e) {
        throw new AssertionError("the host of commands has ended", e);
      }
    };
  }

  private static void write(DataOutputStream to, byte[] bytes) throws IOException {
    to.writeInt(bytes.length);
    to.write(bytes);
  }

  private static String text(DataInputStream from) throws IOException {
    return new String(from.readNBytes(from.readInt()), StandardCharsets.UTF_8);
  }

  /** Reads commands until nobody gives any. */
  public static void main(String[] none) throws IOException {
    var from = new DataInputStream(System.in);
    var to = new DataOutputStream(System.out);
    var out = new Switch();
    var err = new Switch();
    while (true) {
      String[] arguments;
      try {
        arguments = new String[from.readInt()];
      } catch (EOFException e) {
        System.exit(0);
        return;
      }
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = text(from);
      }
      ByteArrayOutputStream outBytes = out.fresh();
      ByteArrayOutputStream errBytes = err.fresh();
      LogManager.getLogManager().readConfiguration();
      System.setIn(InputStream.nullInputStream());
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      int status = Main.commandLine().execute(arguments);
      System.out.flush();
      System.err.flush();
      to.writeInt(status);
      write(to, outBytes.toByteArray());
      write(to, errBytes.toByteArray());
      to.flush();
    }
  }

  /** Where a command writes to, also by what it has kept of the streams of one before. */
  private static final class Switch extends OutputStream {
    private volatile ByteArrayOutputStream now = new ByteArrayOutputStream();

    ByteArrayOutputStream fresh() {
      now = new ByteArrayOutputStream();
      return now;
    }

    @Override
    public void write(int b) {
      now.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      now.write(bytes, from, length);
    }
  }
}
