package dev.remuda.queue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a queue was built with.
 *
 * @param addresses where kicks are received; none for no datagrams
 * @param notifications whether PostgreSQL's LISTEN and NOTIFY are used
 * @param keepDone for how many days finished messages are kept; 0 for not at all
 */
record QueueConfig(
    Database database,
    TableNames names,
    boolean createSchema,
    Duration poll,
    Duration heartbeat,
    Duration staleAfter,
    Duration closePatience,
    int maxData,
    int keepDone,
    List<InetAddress> addresses,
    boolean notifications,
    List<CronEntry> crons) {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final int MOST_DATA = 256 << 20;
  private static final int MOST_DAYS = 3_650;

  /** A message that is inserted at certain times. */
  record CronEntry(String name, CronTimes times, NewMessage message) {}

  /** All that cannot be, each with its value. */
  static List<String> problems(MessageQueue.Builder builder) {
    var problems = new ArrayList<String>();
    TableNames.check(builder.table, problems);
    positive("poll", builder.poll, problems);
    positive("heartbeat", builder.heartbeat, problems);
    positive("staleAfter", builder.staleAfter, problems);
    if (builder.heartbeat.compareTo(builder.staleAfter.dividedBy(3)) > 0) {
      problems.add(
          "staleAfter is at least three heartbeats of "
              + builder.heartbeat
              + ", not "
              + builder.staleAfter);
    }
    if (builder.closePatience.isNegative() || builder.closePatience.compareTo(LONGEST) > 0) {
      problems.add("closePatience is from zero to " + LONGEST + ", not " + builder.closePatience);
    }
    within("maxData", builder.maxData, 1, MOST_DATA, problems);
    within("keepDone", builder.keepDone, 0, MOST_DAYS, problems);
    return problems;
  }

  private static void positive(String name, Duration value, List<String> problems) {
    if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
      problems.add(name + " is from 1 ms to " + LONGEST + ", not " + value);
    }
  }

  private static void within(String name, int value, int least, int most, List<String> problems) {
    if (value < least || value > most) {
      problems.add(name + " is from " + least + " to " + most + ", not " + value);
    }
  }

  Optional<String> channel() {
    boolean listens = notifications && database.dialect() instanceof PostgresDialect;
    return listens ? Optional.of(PostgresChannel.name(names)) : Optional.empty();
  }
}
