package dev.remuda.worker;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.MessageReader;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * The main class of the short-lived JVM that fills an ahead-of-time cache: it loads the class to be
 * served and runs its {@code train()} hook, then is a worker that serves an echo to itself over the
 * socket that it was given. It ends as a worker does; the JVM writes the cache after that.
 */
public final class Training {
  /** Classes need one; a few more tell the JVM which methods calls pass through. */
  private static final int CALLS = 20;

  /** Of characters, each of which may take four bytes of the control channel's line. */
  private static final int MAX_REASON = 1_000;

  private static final String FIRST_CALL =
      """
      ["do",{"c":{"v":1,"caps":["ex","ab","rd","dl","rt","pipe","pr"],"name":"training"}},\
      "echo","\u03bb",17,[1.5,{"k":null}]]
      """;
  private static final String CALL =
      """
      ["do",{"dl":30000},"echo","again",18,[true,{"a":[]}]]
      """;
  private static final String RELEASE = "[\"dn\",{}]";

  private Training() {}

  /** Does not return: the worker that it becomes ends the process. */
  public static void main(String[] arguments) {
    try {
      WorkerOptions options = WorkerOptions.parse(arguments);
      System.setIn(InputStream.nullInputStream());
      Thread.ofPlatform().name("remuda-supervisor").daemon().start(Training::endWithSupervisor);
      load(options);
      if (!(System.inheritedChannel() instanceof ServerSocketChannel listener)) {
        throw new IllegalArgumentException("descriptor 0 is no listening socket");
      }
      SocketAddress address = listener.getLocalAddress();
      Thread.ofPlatform().name("remuda-training").daemon().start(() -> call(address));
      WorkerMain.main(echo(options).toArguments().toArray(new String[0]));
    } catch (Throwable e) {
      LastWords.say(LastWords.trace("remuda: cannot train", e));
      Runtime.getRuntime().exit(ProcessExit.CANNOT_START);
    }
  }

  /** Else a hook that hangs would outlive whoever would have ended it. */
  private static void endWithSupervisor() {
    try (var control = new FileInputStream("/proc/self/fd/3")) {
      while (control.read() >= 0) {
        // Nothing is said to a training.
      }
    } catch (IOException e) {
      // The same as its end.
    }
    Runtime.getRuntime().halt(ProcessExit.NOT_NEEDED);
  }

  /** Finds the served class and what its methods take, as a worker does. */
  private static void load(WorkerOptions options) throws Throwable {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    String contract = options.contract();
    var served =
        new ServedObject(
            Class.forName(options.implementation(), false, loader),
            contract == null ? null : Class.forName(contract, false, loader));
    try {
      served.train();
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      LastWords.say(LastWords.trace("remuda: train() failed", e));
      new ControlChannel().say("train-failed " + firstLine(Failures.text(e)));
    }
  }

  private static String firstLine(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > MAX_REASON ? line.substring(0, MAX_REASON) : line;
  }

  private static WorkerOptions echo(WorkerOptions options) {
    return new WorkerOptions(
        options.id(),
        Warmup.Echo.class.getName(),
        null,
        options.hungAfterMillis(),
        0,
        options.lazySetup(),
        options.control(),
        options.peers());
  }

  private static void call(SocketAddress worker) {
    try (SocketChannel channel = SocketChannel.open(worker)) {
      var replies = new MessageReader(Limits.DEFAULTS);
      for (int i = 0; i < CALLS; i++) {
        send(channel, i == 0 ? FIRST_CALL : CALL);
        while (replies.next() == null) {
          if (replies.readFrom(channel) < 0) {
            throw new EOFException("the worker left");
          }
        }
      }
      send(channel, RELEASE);
    } catch (IOException | RuntimeException e) {
      LastWords.say(LastWords.trace("remuda: the training's calls failed", e));
      Runtime.getRuntime().exit(ProcessExit.CANNOT_START);
    }
  }

  private static void send(SocketChannel channel, String message) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
