package dev.remuda.cli;

import dev.remuda.queue.EnqueueOptions;
import dev.remuda.queue.Enqueued;
import dev.remuda.queue.MessageQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code remuda enqueue}: puts messages into a queue. */
@Command(
    name = "enqueue",
    sortOptions = false,
    header = "Puts a message into a queue, and tells its consumers.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda enqueue DB TYPE [DATA|-] [--at T] [--unique KEY] [--count N] [--json]",
    description = {
      "",
      "The message is durable once the command has ended. The table is made where it",
      "is not there. Without DATA the message has none.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda enqueue sqlite:/var/lib/mail.db mail 'to: alice'",
      "  remuda enqueue sqlite:/var/lib/mail.db mail - --at 10m < letter.txt",
      "  remuda enqueue 'jdbc:postgresql://db/app?user=app' report --unique daily",
      "",
      "Exit status: 0 done, 2 wrong usage, 3 the database failed or is not there."
    })
final class EnqueueCommand implements Callable<Integer> {
  private static final int BATCH = 1_000;
  private static final int MOST = 10_000_000;

  @Mixin private QueueAccess access = new QueueAccess();

  @Parameters(index = "1", paramLabel = "TYPE", description = "What kind of message it is.")
  private String type = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "DATA",
      description = "Its text; - reads it from stdin, as UTF-8.")
  private String data = "";

  @Option(
      names = "--at",
      paramLabel = "T",
      description = "Not before: a time as 2026-12-24T18:00:00Z, or in a while, as 10m.")
  private @Nullable String at;

  @Option(
      names = "--unique",
      paramLabel = "KEY",
      description = "Nothing is put in while a message of this type and key is there.")
  private @Nullable String unique;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "So many of the same, up to 10,000,000. Default: 1.")
  private int count = 1;

  @Mixin
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws CommandException {
    EnqueueOptions options = options();
    String text = data.equals("-") ? stdin() : data;
    return access.withAny(queue -> {
      show(enqueue(queue, text, options));
      return ExitStatus.DONE;
    });
  }

  private EnqueueOptions options() throws CommandException {
    if (count < 1 || count > MOST) {
      throw usage("--count is from 1 to " + MOST + ", not " + count);
    }
    if (unique != null && count > 1) {
      throw usage("--unique '" + unique + "' and --count " + count + " exclude each other");
    }
    EnqueueOptions options = EnqueueOptions.NONE;
    if (unique != null) {
      options = options.uniqueKey(unique);
    }
    return at == null ? options : later(options, at);
  }

  private static EnqueueOptions later(EnqueueOptions options, String text) throws CommandException {
    try {
      Duration wait = new DurationText().convert(text);
      return options.delay(wait);
    } catch (TypeConversionException e) {
      // It may be a time.
    }
    try {
      return options.runAt(Instant.parse(text));
    } catch (DateTimeParseException e) {
      throw usage("--at '" + text + "' is neither a time as 2026-12-24T18:00:00Z nor as 10m");
    }
  }

  private static String stdin() throws CommandException {
    try {
      byte[] bytes = System.in.readNBytes(MessageQueue.DEFAULT_MAX_DATA + 1);
      if (bytes.length > MessageQueue.DEFAULT_MAX_DATA) {
        throw usage("stdin has more than the " + MessageQueue.DEFAULT_MAX_DATA + " bytes allowed");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw usage("stdin is no UTF-8");
    } catch (IOException e) {
      throw usage("stdin cannot be read: " + e.getMessage());
    }
  }

  private record Result(long first, long last, int inserted) {}

  private Result enqueue(MessageQueue queue, String text, EnqueueOptions options) {
    if (count == 1) {
      Enqueued one = queue.enqueue(type, text, options);
      return new Result(one.id(), one.id(), one.inserted() ? 1 : 0);
    }
    long first = 0;
    long last = 0;
    for (int left = count; left > 0; left -= BATCH) {
      List<Enqueued> done =
          queue.enqueueAll(type, Collections.nCopies(Math.min(BATCH, left), text), options);
      first = first == 0 ? done.getFirst().id() : first;
      last = done.getLast().id();
    }
    return new Result(first, last, count);
  }

  private void show(Result result) {
    if (access.json) {
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("first", result.first());
      json.put("last", result.last());
      json.put("inserted", (long) result.inserted());
      System.out.println(Printable.json(json));
    } else if (result.inserted() == 0) {
      System.out.println("message " + result.first() + " has this key already; nothing was put in");
    } else if (result.inserted() == 1) {
      System.out.println("message " + result.first());
    } else {
      System.out.println(
          result.inserted() + " messages, from " + result.first() + " to " + result.last());
    }
  }

  private static CommandException usage(String problem) {
    return new CommandException(ExitStatus.USAGE, problem, null);
  }
}
