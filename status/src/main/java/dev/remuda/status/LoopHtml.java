package dev.remuda.status;

import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.DatagramStats;
import dev.remuda.daemon.EndpointStats;
import dev.remuda.daemon.LoopStats;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** The event loop, what listens, and the settings in force. */
final class LoopHtml {
  private static final double MEDIAN = 0.5;
  private static final double HIGH = 0.99;

  private LoopHtml() {}

  static String section(Snapshot snapshot, Detail detail, Buttons buttons) {
    DaemonStats daemon = snapshot.daemon();
    LoopStats loop = daemon.loop();
    var html = new Html().raw("<section id=loop><div class=cols><div><h2>Event loop</h2><dl>");
    entry(html, "Lag, median", Texts.duration(loop.lag().percentile(MEDIAN)));
    entry(html, "Lag, 99 %", Texts.duration(loop.lag().percentile(HIGH)));
    entry(html, "Lag, worst", Texts.duration(loop.lag().max()));
    entry(html, "Blocked", loop.blocked() == 0 ? "never" : Texts.many(loop.blocked(), "time"));
    html.raw("</dl>");
    loop.lastBlocks().reversed().stream()
        .limit(Math.min(3, detail.recent()))
        .forEach(block -> block(html, snapshot, block, detail));
    buttons.dump(html, "dump the daemon's threads", daemon.name(), "dump-daemon");
    html.raw("</div><div>");
    if (!daemon.endpoints().isEmpty() || !daemon.datagrams().isEmpty()) {
      html.raw("<h2>Listens at</h2>");
    }
    html.raw("<dl>");
    for (EndpointStats endpoint : daemon.endpoints()) {
      if (!endpoint.addresses().isEmpty()) {
        entry(html, endpoint.name(), String.join(" ", endpoint.addresses()));
      }
    }
    for (DatagramStats datagrams : daemon.datagrams()) {
      entry(
          html,
          datagrams.name(),
          Texts.many(datagrams.received(), "datagram")
              + ", "
              + Texts.count(datagrams.malformed() + datagrams.oversized())
              + " malformed, "
              + (datagrams.kernelDrops().isPresent()
                  ? Texts.count(datagrams.kernelDrops().getAsLong()) + " dropped by the kernel"
                  : "the kernel tells of no drops"));
    }
    return html.raw("</dl></div></div></section>").toString();
  }

  private static void entry(Html html, String name, String value) {
    html.element("dt", Texts.cut(name, 100)).element("dd", Texts.cut(Texts.readable(value), 1_000));
  }

  private static void block(Html html, Snapshot snapshot, LoopStats.Block block, Detail detail) {
    html.raw("<details data-k=\"")
        .raw(Long.toString(block.at().toEpochMilli()))
        .raw("\"><summary>blocked for ")
        .duration(block.blocked())
        .raw(", ")
        .text(Texts.ago(Duration.between(block.at(), snapshot.at())))
        .raw("</summary><pre>")
        .text(
            Texts.cut(
                block.stack().stream()
                    .map(StackTraceElement::toString)
                    .collect(Collectors.joining("\n")),
                detail.text()))
        .raw("</pre></details>");
  }

  static String settings(Snapshot snapshot, Detail detail, boolean actions) {
    DaemonStats daemon = snapshot.daemon();
    var html = new Html().raw("<section id=settings><details><summary>Settings in force</summary>");
    list(html, Redaction.of(daemon.settings()), detail);
    for (WorkerGroup group : snapshot.groups()) {
      if (!group.settings().isEmpty()) {
        html.element("h4", group.name());
        list(html, group.settings(), detail);
      }
    }
    html.raw("<dl>");
    entry(html, "reloads", Texts.count(daemon.reloads()));
    entry(html, "actions on this page", actions ? "allowed" : "not allowed");
    html.raw("</dl>");
    if (actions) {
      html.raw("<form class=bar method=post action=actions/log-level><label>Logger <input")
          .raw(" name=logger value=root required></label> <select name=level aria-label=Level>")
          .raw("<option>FINE<option selected>INFO<option>WARNING<option>SEVERE</select>")
          .raw("<button>set level</button></form>");
    }
    return html.raw("</details></section>").toString();
  }

  private static void list(Html html, Map<String, String> settings, Detail detail) {
    html.raw("<dl>");
    settings.entrySet().stream()
        .limit(detail.rows() * 2L)
        .forEach(
            setting -> entry(html, setting.getKey(), Texts.cut(setting.getValue(), detail.text())));
    html.raw("</dl>");
  }
}
