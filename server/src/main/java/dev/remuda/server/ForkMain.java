package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a {@link ForkedServer}'s process. It does what its standard input says, and
 * ends with that; of no use by hand.
 */
final class ForkMain implements WorkerOutput {
  static final String START = "start";
  static final String STATS = "stats";
  static final String DRAIN = "drain";
  static final String CLOSE = "close";

  /** Of workers' lines that the host has not read yet; more are dropped, and counted. */
  private static final int MOST_LINES = 1_000;

  /** How long a host may take to read what its workers said last. */
  private static final long LAST_WORDS_MILLIS = 1_000;

  private final BlockingQueue<Message> outgoing = new LinkedBlockingQueue<>();
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private volatile @Nullable TaskServer server;
  private int dropped;

  private ForkMain() {}

  /** Ends the process rather than return. */
  public static void main(String[] arguments) {
    System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.err), true));
    new ForkMain().run();
  }

  private void run() {
    Thread answers = Thread.ofPlatform().name("remuda-fork-answers").daemon().start(this::write);
    try (FileChannel in = new FileInputStream(FileDescriptor.in).getChannel()) {
      var reader = new MessageReader(Limits.DEFAULTS);
      while (reader.readFrom(in) >= 0) {
        for (Message message = reader.next(); message != null; message = reader.next()) {
          handle((Message.Do) message);
        }
      }
    } catch (IOException e) {
      // The host is gone, as at the end of the file.
    }
    TaskServer running = server;
    if (running != null) {
      running.close();
    }
    leave();
    try {
      answers.join(LAST_WORDS_MILLIS); // which ends the process, unless nobody reads
    } catch (InterruptedException e) {
      // Ends all the sooner.
    }
    Runtime.getRuntime().halt(0);
  }

  private void handle(Message.Do question) {
    Object argument = question.arguments().get(1);
    TaskServer running = server;
    switch (String.valueOf(question.arguments().getFirst())) {
      case START -> answerStart(argument);
      case STATS -> {
        if (running != null) {
          running.stats().thenAccept(this::ok);
        }
      }
      case DRAIN -> {
        if (running != null) {
          running.drain();
        }
        ok(null);
      }
      case CLOSE -> {
        if (running != null && argument instanceof Long millis) {
          Thread.ofPlatform().start(() -> running.close(Duration.ofMillis(millis)));
        }
        ok(null);
      }
      default -> outgoing.add(new Message.Er(Meta.EMPTY, "unknown: " + question.arguments()));
    }
  }

  private void answerStart(@Nullable Object plan) {
    try {
      Linux.requireSupported();
      var sent = ForkPlan.fromWire(plan);
      TaskServer started = TaskServer.start(sent.config(this), sent.replaceWithin());
      server = started;
      ok(Map.of("listen", started.addresses().stream().map(Address::toString).toList()));
      started.ended().thenRun(this::leave);
    } catch (IOException | RuntimeException e) {
      outgoing.add(new Message.Er(Meta.EMPTY, String.valueOf(e.getMessage())));
    }
  }

  private void ok(@Nullable Object result) {
    outgoing.add(new Message.Ok(Meta.EMPTY, result));
  }

  /** All that its workers said has been passed on when this runs. */
  private void leave() {
    outgoing.add(new Message.Dn(Meta.EMPTY));
  }

  /** The supervisor's thread, which a host that does not read must not stop. */
  @Override
  public void line(String workerId, Stream stream, String line) {
    if (outgoing.size() >= MOST_LINES) {
      dropped++;
      return;
    }
    if (dropped > 0) {
      outgoing.add(printed(workerId, Stream.ERR, "(" + dropped + " lines were not read in time)"));
      dropped = 0;
    }
    outgoing.add(printed(workerId, stream, line));
  }

  private static Message printed(String workerId, Stream stream, String line) {
    return new Message.Pr(Meta.EMPTY, List.of(workerId, stream.name(), line));
  }

  private void write() {
    var writer = new MessageWriter(Limits.DEFAULTS);
    try (FileChannel channel = out.getChannel()) {
      while (true) {
        Message next = outgoing.take();
        if (next instanceof Message.Dn) {
          Runtime.getRuntime().halt(0);
        }
        writer.write(next);
        for (ByteBuffer bytes = writer.written(); bytes.hasRemaining(); ) {
          channel.write(bytes);
        }
        writer.clear();
      }
    } catch (IOException | InterruptedException e) {
      // The host is gone: the end of the input tells the rest.
    }
  }
}
