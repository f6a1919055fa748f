package dev.remuda.cli;

import dev.remuda.queue.QueueSnapshot;
import dev.remuda.queue.TypeSnapshot;
import dev.remuda.queue.TypeState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code remuda queue}: what is in a queue. */
@Command(
    name = "queue",
    sortOptions = false,
    header = "Shows how many messages of each type a queue holds.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda queue DB [--table NAME] [--json]",
    description = {
      "",
      "Counted up to 1,000 of each, so that looking costs the same however many",
      "there are.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda queue sqlite:/var/lib/mail.db",
      "",
      "Exit status: 0 done, 2 wrong usage, 3 the database failed or is not there."
    })
final class QueueCommand implements Callable<Integer> {
  private static final int MANY = 1_000;

  @Mixin private QueueAccess access = new QueueAccess();

  @Mixin
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws CommandException {
    return access.looking(queue -> {
      QueueSnapshot snapshot = queue.snapshot();
      if (access.json) {
        System.out.println(Printable.json(json(snapshot)));
      } else {
        System.out.print(text(snapshot));
      }
      return ExitStatus.DONE;
    });
  }

  private static Map<String, @Nullable Object> json(QueueSnapshot snapshot) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("table", snapshot.table());
    json.put("database", snapshot.database());
    json.put("types", snapshot.types().stream().map(QueueCommand::json).toList());
    json.put("consumers", snapshot.consumers());
    return json;
  }

  private static Map<String, @Nullable Object> json(TypeSnapshot type) {
    TypeState state = type.state();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("type", state.type());
    json.put("ready", (long) state.ready());
    json.put("running", (long) state.running());
    json.put("scheduled", (long) state.scheduled());
    json.put("retrying", (long) state.retrying());
    json.put("dead", (long) state.dead());
    json.put("oldestMillis", state.oldest().toMillis());
    return json;
  }

  private static String text(QueueSnapshot snapshot) {
    if (snapshot.types().isEmpty()) {
      return "no message is in it\n";
    }
    var table =
        new Table(
            List.of(
                Table.Column.left("TYPE"),
                Table.Column.right("READY"),
                Table.Column.right("RUNNING"),
                Table.Column.right("SCHEDULED"),
                Table.Column.right("RETRYING"),
                Table.Column.right("DEAD"),
                Table.Column.right("OLDEST")));
    for (TypeSnapshot type : snapshot.types()) {
      TypeState state = type.state();
      table.add(
          List.of(
              Printable.line(state.type()),
              count(state.ready()),
              count(state.running()),
              count(state.scheduled()),
              count(state.retrying()),
              count(state.dead()),
              state.oldest().isZero() ? "-" : DurationText.rounded(state.oldest().toMillis())),
          UnaryOperator.identity(),
          "");
    }
    return table.text(0);
  }

  private static String count(int count) {
    return count >= MANY ? MANY + "+" : Integer.toString(count);
  }
}
