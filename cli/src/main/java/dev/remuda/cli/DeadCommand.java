package dev.remuda.cli;

import dev.remuda.queue.DeadMessage;
import dev.remuda.queue.MessageQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code remuda dead}: messages that are not tried any more. */
@Command(
    name = "dead",
    sortOptions = false,
    header = "Shows messages that are not tried any more, or puts them back.",
    synopsisHeading = "%nUsage: ",
    customSynopsis =
        "remuda dead DB [--show ID|--retry ID|--all] [--type TYPE] [--limit N] [--json]",
    description = {
      "",
      "The newest first, of long data the beginning. One that is put back is tried as if",
      "it were new.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda dead sqlite:/var/lib/mail.db",
      "  remuda dead sqlite:/var/lib/mail.db --show 4711",
      "  remuda dead sqlite:/var/lib/mail.db --retry 4711",
      "  remuda dead sqlite:/var/lib/mail.db --all --type mail",
      "",
      "Exit status: 0 done, 1 there is no such message, 2 wrong usage, 3 the database",
      "failed or is not there."
    })
final class DeadCommand implements Callable<Integer> {
  private static final int MOST = 10_000;
  private static final int SHOWN_DATA = 200;

  @Mixin private QueueAccess access = new QueueAccess();

  @Option(names = "--show", paramLabel = "ID", description = "Show this one with all its data.")
  private @Nullable Long shown;

  @Option(names = "--retry", paramLabel = "ID", description = "Put this one back.")
  private @Nullable Long retry;

  @Option(names = "--all", description = "Put all back.")
  private boolean all;

  @Option(names = "--type", paramLabel = "TYPE", description = "Of this type only.")
  private @Nullable String type;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Show so many at the most, up to 10,000. Default: ${DEFAULT-VALUE}.")
  private int limit = 20;

  @Mixin
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws CommandException {
    refuseBoth();
    if (limit < 1 || limit > MOST) {
      throw new CommandException(
          ExitStatus.USAGE, "--limit is from 1 to " + MOST + ", not " + limit, null);
    }
    if (retry != null || all) {
      return access.withExisting(this::putBack);
    }
    return access.looking(shown == null ? this::list : this::show);
  }

  private void refuseBoth() throws CommandException {
    var given = new ArrayList<String>();
    if (shown != null) {
      given.add("--show " + shown);
    }
    if (retry != null) {
      given.add("--retry " + retry);
    }
    if (all) {
      given.add("--all");
    }
    if (type != null && !all) {
      given.add("--type " + type);
    }
    if (given.size() > 1) {
      throw new CommandException(
          ExitStatus.USAGE, String.join(" and ", given) + " exclude each other", null);
    }
  }

  private int putBack(MessageQueue queue) throws CommandException {
    long count = retry == null ? queue.retryAllDead(type) : queue.retryDead(retry) ? 1 : 0;
    if (retry != null && count == 0) {
      throw new CommandException(ExitStatus.FAILED, "there is no dead message " + retry, null);
    }
    System.out.println(
        access.json ? Printable.json(Map.of("putBack", count)) : count + " put back");
    return ExitStatus.DONE;
  }

  private int show(MessageQueue queue) throws CommandException {
    DeadMessage message =
        queue
            .deadMessage(Objects.requireNonNull(shown))
            .orElseThrow(() ->
                new CommandException(ExitStatus.FAILED, "there is no dead message " + shown, null));
    print(message, Integer.MAX_VALUE);
    return ExitStatus.DONE;
  }

  private int list(MessageQueue queue) {
    int left = limit;
    List<DeadMessage> page = queue.deadMessages(type, left);
    if (page.isEmpty() && !access.json) {
      System.out.println("none is dead");
    }
    while (!page.isEmpty()) {
      page.forEach(message -> print(message, SHOWN_DATA));
      left -= page.size();
      page = left > 0 ? queue.deadMessages(type, left, page.getLast().id()) : List.of();
    }
    return ExitStatus.DONE;
  }

  private void print(DeadMessage message, int most) {
    System.out.println(access.json ? Printable.json(json(message)) : text(message, most));
  }

  private static Map<String, @Nullable Object> json(DeadMessage message) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", message.id());
    json.put("messageId", message.messageId());
    json.put("type", message.type());
    json.put("data", message.data());
    json.put("dataLength", message.dataLength());
    json.put("attempts", (long) message.attempts());
    json.put("insertedAt", message.insertedAt().toString());
    json.put("diedAt", message.diedAt().toString());
    json.put("lastError", message.lastError());
    return json;
  }

  private static String text(DeadMessage message, int most) {
    String data = message.data();
    String beginning =
        data.length() <= most
            ? data
            : data.substring(0, most) + "… (" + message.dataLength() + " characters)";
    return Terminal.STDOUT.bold(message.id() + " " + Printable.line(message.type()))
        + ", died "
        + message.diedAt()
        + " after "
        + message.attempts()
        + (message.attempts() == 1 ? " attempt" : " attempts")
        + "\n  data:  "
        + Printable.line(beginning)
        + "\n  error: "
        + Printable.lines(message.lastError()).replace("\n", "\n         ");
  }
}
