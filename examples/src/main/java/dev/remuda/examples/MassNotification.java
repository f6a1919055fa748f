package dev.remuda.examples;

import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.QueueConsumers;
import dev.remuda.queue.EnqueueOptions;
import dev.remuda.queue.MessageQueue;
import dev.remuda.queue.QueueTransaction;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A daemon that notifies many sites at once. A {@link DuressButton}, or a plain SQL insert, puts
 * one message of type {@code duress} into the queue; it becomes one message for each site, and each
 * site's own consumer acts on it: a line in a file, a mail, a pop-up in every browser that listens.
 *
 * <p>Arguments: the database, all sites, those of this process (both with commas between), a
 * folder, the port of an SMTP server here, the poll in milliseconds, {@code kicks} or {@code
 * no-kicks}.
 */
public final class MassNotification {
  /** The type of an alarm. */
  static final String DURESS = "duress";

  private static final String SITE = "site-";

  private MassNotification() {}

  /** Runs until a signal ends it. */
  public static void main(String[] arguments) {
    List<String> allSites = List.of(arguments[1].split(",", -1));
    MessageQueue.Builder builder =
        MessageQueue.builder(arguments[0])
            .poll(Duration.ofMillis(Long.parseLong(arguments[5])))
            .closePatience(Duration.ofSeconds(5));
    MessageQueue queue = (arguments[6].equals("kicks") ? builder : builder.kicksOn()).open();
    var popUps = new PopUps();
    QueueConsumers consumers =
        QueueConsumers.of("queue", queue)
            .consume(
                DURESS,
                message ->
                    queue.transaction(transaction ->
                        spread(transaction, allSites, message.id(), message.data())));
    for (String site : arguments[2].split(",", -1)) {
      var notifier =
          new SiteNotifier(
              site, Path.of(arguments[3]), new SmtpSender(Integer.parseInt(arguments[4])), popUps);
      consumers = consumers.consume(SITE + site, message -> notifier.act(message.data()));
    }
    Daemon.named("notification").add(popUps).add(consumers).run();
  }

  /** All sites or none; the key keeps out what is still there from an earlier attempt. */
  private static int spread(QueueTransaction transaction, List<String> sites, long id, String alarm)
      throws SQLException {
    for (String site : sites) {
      transaction.enqueue(SITE + site, alarm, EnqueueOptions.NONE.uniqueKey(DURESS + id));
    }
    return sites.size();
  }
}
