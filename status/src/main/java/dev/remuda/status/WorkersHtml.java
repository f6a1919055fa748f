package dev.remuda.status;

import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Pools and servers with their workers, calls and deaths. */
final class WorkersHtml {
  private WorkersHtml() {}

  static String section(Snapshot snapshot, Detail detail, Buttons buttons) {
    if (snapshot.groups().isEmpty()) {
      return "<section id=workers hidden><input id=worker hidden></section>";
    }
    var html =
        new Html()
            .raw("<section id=workers><div class=bar><h2>Workers</h2><input id=worker class=js")
            .raw(
                " type=search placeholder=\"filter workers\" aria-label=\"Filter workers\"></div>");
    int groups = snapshot.groups().size();
    var each =
        new Detail(
            Math.max(3, detail.rows() / groups),
            Math.max(1, detail.recent() / groups),
            detail.text(),
            0);
    snapshot.groups().stream()
        .limit(detail.rows())
        .forEach(group -> group(html, group, snapshot, each, buttons));
    return html.raw("</section>").toString();
  }

  private static void group(
      Html html, WorkerGroup group, Snapshot snapshot, Detail detail, Buttons buttons) {
    html.raw("<div class=group data-k=\"").text(group.name()).raw("\"><h3>").text(group.name());
    html.raw("</h3><span class=soft>").text(summary(group, snapshot.daemon().pid())).raw("</span>");
    group.counters().ifPresent(counters -> counters(html, group, counters));
    group
        .trouble()
        .ifPresent(why -> html.raw("<p class=bad>").text(Texts.cut(why, 600)).raw("</p>"));
    table(html, group, detail, buttons);
    html.raw("<div class=cols>");
    latency(html, group.activity(), detail);
    calls(html, group.activity(), detail);
    html.raw("</div>");
    deaths(html, group, snapshot, detail);
    html.raw("</div>");
  }

  private static String summary(WorkerGroup group, long supervisor) {
    var parts = new ArrayList<String>();
    var states = new ArrayList<String>();
    group
        .states()
        .forEach((state, count) ->
            states.add(count + " " + state.toLowerCase(Locale.ROOT).replace('_', ' ')));
    parts.add(
        Texts.many(group.workers().size(), "worker")
            + (states.isEmpty() ? "" : " (" + String.join(", ", states) + ")"));
    if (group.client().isPresent()) {
      PoolStats client = group.client().get();
      parts.add(Texts.count(client.active()) + " checked out");
      parts.add(Texts.count(client.waiting()) + " waiting");
    } else if (group.waiting() > 0) {
      parts.add(Texts.many(group.waiting(), "connection") + " waiting");
    }
    parts.add(
        Texts.count(group.started()) + " started, " + Texts.count(group.killed()) + " killed");
    parts.add("supervisor " + supervisor);
    return String.join(" · ", parts);
  }

  private static void counters(Html html, WorkerGroup group, PoolCounters counters) {
    long bad = counters.failed() + counters.timedOut() + counters.died() + counters.garbled();
    html.raw("<p class=meta>")
        .raw(Texts.many(counters.calls(), "call"))
        .raw(", <span class=")
        .raw(bad > 0 ? "warn>" : "soft>")
        .number(counters.failed())
        .raw(" failed, ")
        .number(counters.timedOut())
        .raw(" timed out, ")
        .number(counters.died())
        .raw(" died</span>");
    long refused = counters.refused() + counters.notServed();
    if (refused > 0) {
      html.raw(", <span class=warn>").number(refused).raw(" not served</span>");
    }
    html.raw(" · last hour ")
        .raw(Charts.spark(group.activity().callsPerMinute(), "calls a minute, last hour"))
        .raw("</p>");
  }

  private static void table(Html html, WorkerGroup group, Detail detail, Buttons buttons) {
    if (group.workers().isEmpty()) {
      html.raw("<p class=soft>No worker lives.</p>");
      return;
    }
    html.raw("<div class=scroll><table><tr><th>Worker<th class=w>Pid<th>State<th class=r>For")
        .raw("<th class=\"r w\">Age<th class=\"r w\">Checkouts<th class=\"r w\">Memory")
        .raw("<th class=\"r w\">CPU<th>");
    group.workers().stream()
        .limit(detail.rows())
        .forEach(worker -> row(html, group, worker, buttons));
    html.raw("</table></div>");
    if (group.workers().size() > detail.rows()) {
      html.raw("<p class=soft>and ")
          .number(group.workers().size() - detail.rows())
          .raw(" more: <a href=\"?all\">all of them</a></p>");
    }
  }

  private static void row(
      Html html, WorkerGroup group, WorkerGroup.Worker worker, Buttons buttons) {
    boolean slow = worker.inCall().compareTo(Diagnosis.LONG_CALL) > 0;
    html.raw("<tr data-worker data-k=\"")
        .text(worker.id())
        .raw("\"><td class=\"mono n\">")
        .text(worker.id())
        .raw("<td class=\"mono w\">")
        .raw(Long.toString(worker.pid()))
        .raw(worker.isBad() || slow ? "<td class=bad>" : "<td>")
        .text(state(worker))
        .raw(worker.isBad() || slow ? "<td class=\"r n bad\">" : "<td class=\"r n\">")
        .duration(worker.method().isEmpty() ? worker.inState() : worker.inCall())
        .raw("<td class=\"r n w\">")
        .duration(worker.age())
        .raw("<td class=\"r w\">")
        .number(worker.checkouts())
        .raw("<td class=\"r n w\">")
        .raw(worker.rssBytes() > 0 ? Texts.bytes(worker.rssBytes()) : "–")
        .raw("<td class=\"r n w\">")
        .raw(Texts.share(worker.cpu()))
        .raw("<td class=\"r n\">");
    String id = worker.id();
    String name = group.name();
    buttons.dump(html, "dump", id, "dump", "group", name, "worker", id);
    buttons.write(html, "retire", "retire", "group", name, "worker", id);
    buttons.danger(
        html, "kill", "Kill " + id + "? Its call fails.", "kill", "group", name, "worker", id);
  }

  static String state(WorkerGroup.Worker worker) {
    String state = worker.state().toLowerCase(Locale.ROOT).replace('_', ' ');
    if (!worker.method().isEmpty()) {
      return worker.method();
    }
    boolean remark = worker.isBad() || worker.toBeReplaced() || worker.state().equals("RETIRING");
    return (worker.toBeReplaced() ? state + ", to be replaced" : state)
        + (remark && !worker.reason().isEmpty() ? ": " + Texts.cut(worker.reason(), 200) : "");
  }

  private static void latency(Html html, Activity activity, Detail detail) {
    long most = activity.buckets().stream().mapToLong(Activity.Bucket::count).max().orElse(0);
    if (most == 0) {
      return;
    }
    html.raw("<div><h4>How long calls ran</h4><table>");
    for (Activity.Bucket bucket : activity.buckets()) {
      if (bucket.count() == 0) {
        continue;
      }
      html.raw("<tr data-k=\"")
          .text(bucket.upTo())
          .raw("\"><td class=n>")
          .raw(bucket.upTo().equals("longer") ? "" : "&lt; ")
          .text(bucket.upTo())
          .raw("<td class=w>")
          .raw(Charts.bar((double) bucket.count() / most, false))
          .raw("<td class=r>")
          .number(bucket.count())
          .raw("<td><details><summary>samples")
          .raw(bucket.failed() > 0 ? ", " + Texts.count(bucket.failed()) + " failed" : "")
          .raw("</summary>");
      bucket.samples().stream()
          .limit(detail.recent())
          .forEach(call ->
              html.raw("<div>")
                  .clock(call.ended())
                  .raw(" ")
                  .text(call.method())
                  .raw(" <span class=soft>")
                  .text(call.worker())
                  .raw(", queued ")
                  .duration(call.queued())
                  .raw(", ran ")
                  .duration(call.ran())
                  .raw("</span></div>"));
      html.raw("</details>");
    }
    html.raw("</table></div>");
  }

  private static void calls(Html html, Activity activity, Detail detail) {
    List<Activity.Call> recent = activity.recent().stream().limit(detail.recent()).toList();
    if (recent.isEmpty()) {
      return;
    }
    Duration longest =
        recent.stream()
            .map(Activity.Call::total)
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO);
    html.raw("<div><h4>Last calls <span class=w>– waited, then ran</span></h4><table>");
    for (Activity.Call call : recent) {
      html.raw("<tr><td class=\"soft n\">")
          .clock(call.ended())
          .raw("<td>")
          .text(Texts.cut(call.method(), 40))
          .raw("<td class=w>")
          .raw(Charts.waterfall(call, longest))
          .raw(call.failure().isEmpty() ? "<td class=\"r n\">" : "<td class=\"r n bad\" title=\"");
      if (!call.failure().isEmpty()) {
        html.text(Texts.cut(call.failure(), 120)).raw("\">");
      }
      html.duration(call.total());
    }
    html.raw("</table></div>");
  }

  private static void deaths(Html html, WorkerGroup group, Snapshot snapshot, Detail detail) {
    List<Activity.Death> deaths = group.activity().deaths();
    if (deaths.isEmpty()) {
      return;
    }
    html.raw("<h4>Last deaths</h4>");
    for (Activity.Death death : deaths.stream().limit(detail.recent()).toList()) {
      html.raw("<details data-k=\"d")
          .text(death.worker() + death.at().toEpochMilli())
          .raw("\"><summary><b>")
          .text(death.worker())
          .raw("</b> ")
          .text(Texts.ago(Duration.between(death.at(), snapshot.at())))
          .raw(": ")
          .text(Texts.cut(death.summary(), 160))
          .raw("</summary><pre>")
          .text(Texts.cut(death.autopsy(), detail.text()))
          .raw("</pre></details>");
    }
  }
}
