package dev.remuda.cli;

import dev.remuda.queue.MessageQueue;
import dev.remuda.queue.QueueException;
import dev.remuda.queue.QueueSchemaException;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which queue a command is about, and in which form it answers. */
final class QueueAccess {
  /** In the help, after the options that a command has alone. */
  private static final int LATE = 100;

  /** Databases that end with their connection. */
  private static final Pattern NO_FILE =
      Pattern.compile("(?:jdbc:)?sqlite:(?:\\?.*|(?:file:)?:memory:.*)?|.*[?&]mode=memory.*");

  @Parameters(
      index = "0",
      paramLabel = "DB",
      description = "The queue's database: sqlite:FILE or a JDBC URL.")
  private String database = "";

  @Option(
      names = "--table",
      order = LATE,
      paramLabel = "NAME",
      description = "The table of messages. Default: ${DEFAULT-VALUE}.")
  private String table = MessageQueue.DEFAULT_TABLE;

  @Option(names = "--json", order = LATE, description = "Print JSON, one object a line.")
  boolean json;

  /** What is done with the queue. */
  @FunctionalInterface
  interface Work {
    int on(MessageQueue queue) throws CommandException;
  }

  /** Opens a queue that is there to look at it, and closes it; nothing is changed. */
  int looking(Work work) throws CommandException {
    return with(builder().readOnly(), work);
  }

  /** Opens a queue that is there, works, and closes it; another database is not touched. */
  int withExisting(Work work) throws CommandException {
    looking(queue -> ExitStatus.DONE);
    return with(builder().createSchema(false), work);
  }

  /** Opens a queue, made where it is not there, works, and closes it. */
  int withAny(Work work) throws CommandException {
    return with(builder(), work);
  }

  /** The queue with no kicks received here. */
  private MessageQueue.Builder builder() throws CommandException {
    return consumed().kicksOn();
  }

  /** A queue for a consumer, which is kicked. */
  MessageQueue.Builder consumed() throws CommandException {
    if (NO_FILE.matcher(database).matches()) {
      throw new CommandException(
          ExitStatus.USAGE,
          "'" + database + "' names no file: what is put in would end with this command",
          null);
    }
    return MessageQueue.builder(database).table(table);
  }

  private static int with(MessageQueue.Builder builder, Work work) throws CommandException {
    try (MessageQueue queue = builder.open()) {
      return work.on(queue);
    } catch (IllegalArgumentException | QueueException e) {
      throw refused(e);
    }
  }

  /** What a user is told. */
  static CommandException refused(RuntimeException e) {
    boolean wrong = e instanceof IllegalArgumentException || e instanceof QueueSchemaException;
    return new CommandException(
        wrong ? ExitStatus.USAGE : ExitStatus.TIMEOUT, String.valueOf(e.getMessage()), e);
  }
}
