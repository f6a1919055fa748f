package dev.remuda.status;

import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.RunnerStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The head of the page: who it is, what is wrong, what is busy. */
final class HealthHtml {
  private static final int MOST_BUSY = 12;

  private HealthHtml() {}

  static String top(Snapshot snapshot) {
    DaemonStats daemon = snapshot.daemon();
    boolean healthy = snapshot.isHealthy();
    var html = new Html().raw("<header id=top><h1>").text(daemon.name());
    String state = daemon.state().name().toLowerCase(Locale.ROOT);
    boolean warned = !snapshot.problems().isEmpty();
    html.raw("<span class=\"pill ")
        .raw(!healthy ? "bad" : warned ? "warn" : "good")
        .raw("\">")
        .raw(!healthy ? "broken" : warned ? state + ", look below" : state)
        .raw("</span></h1><p class=meta>up ")
        .duration(daemon.uptime())
        .raw(" · pid ")
        .raw(Long.toString(daemon.pid()));
    if (snapshot.usage().rssBytes() > 0) {
      html.raw(" · ")
          .raw(Texts.bytes(snapshot.usage().rssBytes()))
          .raw(" · ")
          .raw(Texts.share(snapshot.usage().cpu()))
          .raw(" of a core");
    }
    return html.raw(" · <span class=w>remuda ")
        .text(Resources.VERSION)
        .raw(", Java ")
        .text(daemon.java())
        .raw(" · </span>")
        .clock(snapshot.at())
        .raw("</p></header>")
        .toString();
  }

  static String health(Snapshot snapshot, Detail detail) {
    var html = new Html().raw("<section id=health aria-label=Health>");
    List<Problem> problems = snapshot.problems();
    if (problems.isEmpty()) {
      return html.raw("<p class=well><b class=good>All is well.</b> ")
          .text(sum(snapshot))
          .raw("</p></section>")
          .toString();
    }
    html.raw("<ul>");
    problems.stream()
        .limit(Math.min(detail.rows(), 12))
        .forEach(problem ->
            html.raw("<li class=")
                .raw(problem.severity().name().toLowerCase(Locale.ROOT))
                .raw("><b>")
                .text(problem.subject())
                .raw("</b> ")
                .text(Texts.cut(problem.text(), 400))
                .raw(" <a href=\"#")
                .raw(problem.anchor())
                .raw("\">more</a></li>"));
    html.raw("</ul>");
    int more = problems.size() - Math.min(detail.rows(), 12);
    if (more > 0) {
      html.raw("<p class=soft>and ").number(more).raw(" more</p>");
    }
    return html.raw("</section>").toString();
  }

  private static String sum(Snapshot snapshot) {
    DaemonStats daemon = snapshot.daemon();
    var parts = new ArrayList<String>();
    if (!daemon.runners().isEmpty()) {
      parts.add(Texts.many(daemon.runners().size(), "runner"));
    }
    long workers = snapshot.groups().stream().mapToLong(group -> group.workers().size()).sum();
    if (!snapshot.groups().isEmpty()) {
      parts.add(Texts.many(workers, "worker"));
    }
    if (!daemon.queues().isEmpty()) {
      parts.add(Texts.many(daemon.queues().size(), "queue"));
    }
    return parts.isEmpty() ? "There is nothing to watch yet." : String.join(", ", parts) + ".";
  }

  private record Busy(
      String what, String where, Duration age, Duration limit, boolean bad, String dump) {}

  static String busy(Snapshot snapshot, Detail detail, Buttons buttons) {
    List<Busy> all = all(snapshot);
    var html = new Html().raw("<section id=busy><h2>Busy now");
    if (all.isEmpty()) {
      return html.raw("</h2><p class=soft>Nothing is running.</p></section>").toString();
    }
    html.raw(" <span class=soft>").number(all.size()).raw("</span></h2><div class=scroll><table>");
    int most = Math.min(MOST_BUSY, detail.rows());
    for (Busy each : all.subList(0, Math.min(most, all.size()))) {
      html.raw("<tr data-k=\"")
          .text(each.where)
          .raw("\"><td>")
          .text(each.what)
          .raw("<td class=\"soft mono\">")
          .text(each.where)
          .raw(each.bad ? "<td class=\"r n bad\">" : "<td class=\"r n\">")
          .duration(each.age)
          .raw("<td class=w>")
          .raw(Charts.bar(share(each), each.bad))
          .raw("<td class=\"r n\">");
      if (each.dump.isEmpty()) {
        buttons.danger(html, "cancel", "Cancel " + each.where + "?", "cancel", "run", each.where);
      } else {
        buttons.dump(html, "dump", each.where, "dump", "group", each.dump, "worker", each.where);
      }
    }
    html.raw("</table></div>");
    if (all.size() > most) {
      html.raw("<p class=soft>and ").number(all.size() - most).raw(" more</p>");
    }
    return html.raw("</section>").toString();
  }

  private static double share(Busy busy) {
    return (double) busy.age.toNanos() / Math.max(1, busy.limit.toNanos());
  }

  /** Runs against their timeout, calls against what is long. */
  private static List<Busy> all(Snapshot snapshot) {
    var all = new ArrayList<Busy>();
    for (RunnerStats runner : snapshot.daemon().runners()) {
      for (RunnerStats.RunInFlight run : runner.inFlight()) {
        boolean bad = run.stuck() || run.interrupted().isPresent();
        String what = "runs, by " + run.cause() + (run.stuck() ? ", stuck" : "");
        all.add(new Busy(what, run.name(), run.age(), runner.timeout(), bad, ""));
      }
    }
    for (WorkerGroup group : snapshot.groups()) {
      for (WorkerGroup.Worker worker : group.workers()) {
        if (!worker.method().isEmpty()) {
          boolean bad = worker.inCall().compareTo(Diagnosis.LONG_CALL) > 0;
          all.add(
              new Busy(
                  worker.method(),
                  worker.id(),
                  worker.inCall(),
                  Diagnosis.LONG_CALL,
                  bad,
                  group.name()));
        }
      }
    }
    all.sort(Comparator.comparing(Busy::age).reversed());
    return all;
  }
}
