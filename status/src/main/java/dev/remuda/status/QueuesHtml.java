package dev.remuda.status;

import dev.remuda.daemon.QueueStats;
import dev.remuda.queue.DeadMessage;
import dev.remuda.queue.KickState;
import dev.remuda.queue.QueueSnapshot;
import dev.remuda.queue.TypeSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The queues of a daemon. */
final class QueuesHtml {
  private static final int MINUTES = 60;

  /** A snapshot counts no further. */
  private static final int MOST = 1_000;

  private QueuesHtml() {}

  static String section(Snapshot snapshot, Detail detail, Buttons buttons) {
    List<QueueStats> queues = snapshot.daemon().queues();
    if (queues.isEmpty()) {
      return "<section id=queues hidden></section>";
    }
    var html = new Html().raw("<section id=queues><h2>Queues</h2>");
    for (QueueStats queue : queues.stream().limit(detail.rows()).toList()) {
      html.raw("<div class=group data-k=\"").text(queue.name()).raw("\"><h3>").text(queue.name());
      html.raw("</h3>");
      queue
          .trouble()
          .ifPresent(why ->
              html.raw("<p class=bad>its database fails: ")
                  .text(Texts.cut(why, detail.text()))
                  .raw("</p>"));
      queue
          .snapshot()
          .ifPresent(shot -> queue(html, queue.name(), shot, snapshot, detail, buttons));
      dead(
          html,
          queue.name(),
          snapshot.deadMessages().getOrDefault(queue.name(), List.of()),
          snapshot.at(),
          detail,
          buttons);
      html.raw("</div>");
    }
    return html.raw("</section>").toString();
  }

  private static void queue(
      Html html,
      String name,
      QueueSnapshot queue,
      Snapshot snapshot,
      Detail detail,
      Buttons buttons) {
    html.raw("<span class=soft>")
        .text(
            queue.table()
                + " in "
                + queue.database()
                + " · polled every "
                + Texts.duration(queue.pollEvery())
                + " · "
                + Texts.many(queue.consumers().size(), "consumer"))
        .raw("</span> ")
        .raw(
            switch (queue.kicks()) {
              case KickState.HEARD -> "<span class=soft>· kicks arrive</span>";
              case KickState.DEGRADED -> "<span class=bad>· kicks do not arrive</span>";
              case KickState.OFF -> "<span class=soft>· no kicks</span>";
            });
    if (queue.types().isEmpty()) {
      html.raw("<p class=soft>It is empty, and nothing is consumed here.</p>");
      return;
    }
    html.raw("<div class=scroll><table><tr><th>Type<th class=r>Ready<th class=\"r w\">Running")
        .raw("<th class=\"r w\">Later<th class=r>Retrying<th class=r>Dead<th class=r>Oldest")
        .raw("<th class=\"r w\">Done here<th class=w>Done, last hour<th>");
    MetricRows.consumedFirst(queue)
        .limit(detail.rows())
        .forEach(type -> row(html, name, type, snapshot.at(), buttons));
    html.raw("</table></div>");
    if (queue.types().size() > detail.rows()) {
      html.raw("<p class=soft>and ").number(queue.types().size() - detail.rows()).raw(" more</p>");
    }
  }

  private static void row(
      Html html, String queue, TypeSnapshot type, Instant now, Buttons buttons) {
    html.raw("<tr data-k=\"")
        .text(type.type())
        .raw("\"><td><b>")
        .text(Texts.cut(type.type(), 80))
        .raw("</b>")
        .raw(type.paused() ? " <span class=warn>paused</span>" : "")
        .raw(type.consumedHere() ? "" : " <span class=soft>elsewhere</span>");
    cell(html, "r", type.state().ready());
    cell(html, "r w", type.state().running());
    cell(html, "r w", type.state().scheduled());
    cell(html, type.state().retrying() > 0 ? "r warn" : "r", type.state().retrying());
    cell(html, type.state().dead() > 0 ? "r bad" : "r", type.state().dead());
    html.raw("<td class=\"r n\">")
        .raw(type.state().oldest().isZero() ? "–" : Texts.duration(type.state().oldest()))
        .raw("<td class=\"r w\">")
        .number(type.doneHere())
        .raw("<td class=w>")
        .raw(Charts.spark(lastHour(type, now), "done a minute, last hour"))
        .raw("<td class=\"r n\">");
    if (type.consumedHere()) {
      boolean paused = type.paused();
      buttons.write(
          html,
          paused ? "resume" : "pause",
          paused ? "resume" : "pause",
          "queue",
          queue,
          "type",
          type.type());
    }
  }

  private static void cell(Html html, String classes, int count) {
    html.raw("<td class=\"").raw(classes).raw("\">").raw(Texts.count(count));
    if (count >= MOST) {
      html.raw("+");
    }
  }

  /** One figure a minute, oldest first. */
  static List<Long> lastHour(TypeSnapshot type, Instant now) {
    Map<Instant, Long> counts = new HashMap<>();
    type.minutes()
        .forEach(minute ->
            counts.merge(
                minute.minute().truncatedTo(ChronoUnit.MINUTES), minute.done(), Long::sum));
    Instant first = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(MINUTES - 1));
    return java.util.stream.IntStream.range(0, MINUTES)
        .mapToObj(i -> counts.getOrDefault(first.plus(Duration.ofMinutes(i)), 0L))
        .toList();
  }

  private static void dead(
      Html html,
      String queue,
      List<DeadMessage> dead,
      Instant now,
      Detail detail,
      Buttons buttons) {
    if (dead.isEmpty()) {
      return;
    }
    html.raw("<h4>Newest dead messages</h4><div class=scroll><table>");
    for (DeadMessage each : dead.stream().limit(detail.recent()).toList()) {
      String id = Long.toString(each.id());
      html.raw("<tr data-k=\"")
          .raw(id)
          .raw("\"><td class=mono>")
          .raw(Long.toString(each.messageId()))
          .raw("<td>")
          .text(Texts.cut(each.type(), 80))
          .raw("<td class=\"soft n w\">")
          .text(Texts.ago(Duration.between(each.diedAt(), now)))
          .raw("<td class=\"soft n w\">")
          .raw(Texts.many(each.attempts(), "attempt"))
          .raw("<td class=o>")
          .text(Texts.cut(each.lastError(), Math.min(300, detail.text())))
          .raw("<td class=\"r n\">");
      buttons.write(html, "retry", "retry", "queue", queue, "id", id);
      buttons.danger(
          html,
          "delete",
          "Delete message " + each.messageId() + " for ever?",
          "delete",
          "queue",
          queue,
          "id",
          id);
    }
    html.raw("</table></div>");
  }
}
