package dev.remuda.client;

import dev.remuda.protocol.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** What a simulated run is about: quiet, small and undisturbed where nothing else is said. */
final class Setting {
  final Chance chance;
  final boolean unix;
  int servers = 1;

  /** How much goes wrong with workers, in percent of what can. */
  int trouble;

  /** The only thing that goes wrong; empty for whatever can. */
  String only = "";

  /** In percent: how many servers are of the base protocol, and which announce each extension. */
  int plain = 20;

  int extensions = 70;

  /** Whether servers stop and start, or accept nothing for a while. */
  boolean outages;

  /** Whether the client is closed in the middle of all. */
  boolean close;

  /** Within what time it is. */
  int closeWithinMillis = 1_500;

  /** Whether nothing happens for which a checkout may lose its turn. */
  boolean inOrder;

  /** Whether the listener uses the client itself. */
  boolean interference;

  int users = 4;

  /** How many things each of them does, at the most. */
  int actions = 8;

  SimulatedUsers.Habits habits = SimulatedUsers.Habits.QUICK;
  int minWorkers;
  int maxWorkers;
  int maxQueue = Integer.MAX_VALUE;
  QueuePolicy policy = QueuePolicy.REJECT;
  CheckoutOptions limits = CheckoutOptions.NONE;
  boolean executor;
  boolean supervisor;

  /** Whatever else the client is built with. */
  Consumer<TaskClient.Builder> more = builder -> {};

  Setting(Chance chance) {
    this.chance = chance;
    unix = chance.percent(80);
    maxWorkers = chance.between(1, 4);
    minWorkers = chance.below(maxWorkers + 1);
  }

  Address address(int server) {
    return unix ? new Address.Unix(Path.of("/s" + server)) : new Address.Tcp("s" + server, 1);
  }

  TaskClient.Builder client() {
    var addresses = new Address[servers];
    for (int i = 0; i < servers; i++) {
      addresses[i] = address(i);
    }
    TaskClient.Builder builder =
        TaskClient.builder()
            .connect(addresses)
            .name("s")
            .minWorkers(minWorkers)
            .maxWorkers(maxWorkers);
    if (maxQueue < Integer.MAX_VALUE) {
      builder.maxQueue(maxQueue, policy);
    }
    limit(limits, builder);
    more.accept(builder);
    return builder;
  }

  private static void limit(CheckoutOptions limits, TaskClient.Builder builder) {
    if (limits.timeout() != null) {
      builder.timeout(limits.timeout());
    }
    if (limits.queueTimeout() != null) {
      builder.queueTimeout(limits.queueTimeout());
    }
    if (limits.callTimeout() != null) {
      builder.callTimeout(limits.callTimeout());
    }
    if (limits.keepAfterError() != null) {
      builder.keepAfterError(limits.keepAfterError());
    }
  }

  Terms terms() {
    return Terms.of(limits, new Terms(TaskClient.DEFAULT_TIMEOUT.toNanos(), 0, 0, false));
  }

  static Duration millis(int count) {
    return Duration.ofMillis(count);
  }
}
