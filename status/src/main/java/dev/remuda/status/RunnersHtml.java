package dev.remuda.status;

import dev.remuda.daemon.DurationHistogram;
import dev.remuda.daemon.RunnerStats;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The runners of a daemon. */
final class RunnersHtml {
  private static final double MEDIAN = 0.5;
  private static final double HIGH = 0.99;

  private RunnersHtml() {}

  static String section(Snapshot snapshot, Detail detail, Buttons buttons) {
    List<RunnerStats> runners = snapshot.daemon().runners();
    if (runners.isEmpty()) {
      return "<section id=runners hidden></section>";
    }
    var html =
        new Html()
            .raw("<section id=runners><h2>Runners</h2><div class=scroll><table><tr><th>Runner")
            .raw(
                "<th>Last run<th class=\"r w\">Runs<th class=\"r w\">Failed<th class=w>Took<th"
                    + " class=\"r w\">Typical")
            .raw("<th class=\"r w\">99 %<th>Next<th class=\"r w\">Kicks<th>");
    runners.stream()
        .limit(detail.rows())
        .forEach(runner -> row(html, runner, snapshot.at(), detail, buttons));
    html.raw("</table></div>");
    if (runners.size() > detail.rows()) {
      html.raw("<p class=soft>and ").number(runners.size() - detail.rows());
      html.raw(" more: <a href=\"?all\">all of them</a></p>");
    }
    return html.raw("</section>").toString();
  }

  private static void row(
      Html html, RunnerStats runner, Instant now, Detail detail, Buttons buttons) {
    html.raw("<tr data-k=\"")
        .text(runner.name())
        .raw("\"><td><b>")
        .text(runner.name())
        .raw("</b><br><span class=\"soft w\">")
        .text(triggers(runner))
        .raw("</span><td>");
    lastRun(html, runner, now, detail);
    DurationHistogram took = runner.durations();
    long failed = runner.failed() + runner.timedOut();
    html.raw("<td class=\"r w\">")
        .number(runner.iterations())
        .raw(failed > 0 ? "<td class=\"r w warn\">" : "<td class=\"r w\">")
        .number(failed)
        .raw("<td class=w>")
        .raw(Charts.histogram(took))
        .raw("<td class=\"r n w\">")
        .raw(took.count() == 0 ? "–" : Texts.duration(took.percentile(MEDIAN)))
        .raw("<td class=\"r n w\">")
        .raw(took.count() == 0 ? "–" : Texts.duration(took.percentile(HIGH)))
        .raw("<td class=n>")
        .text(next(runner, now))
        .raw("<td class=\"r n w\"")
        .raw(" title=\"received, of them sharing a run, dropped\">")
        .number(runner.kicksReceived())
        .raw(" / ")
        .number(runner.kicksCoalesced())
        .raw(" / ")
        .number(runner.kicksSkipped())
        .raw("<td class=\"r n\">");
    buttons.write(html, "run now", "run", "runner", runner.name());
  }

  private static void lastRun(Html html, RunnerStats runner, Instant now, Detail detail) {
    if (runner.lastRun().isEmpty()) {
      html.raw(runner.inFlight().isEmpty() ? "<span class=soft>none yet</span>" : "running");
      return;
    }
    RunnerStats.EndedRun run = runner.lastRun().get();
    html.raw(
            switch (run.outcome()) {
              case SUCCEEDED -> "<span class=good>ok</span>";
              case FAILED -> "<span class=bad>failed</span>";
              case TIMED_OUT -> "<span class=bad>timed out</span>";
              case CANCELLED -> "<span class=warn>cancelled</span>";
            })
        .raw(" <span class=\"soft n\">")
        .text(Texts.ago(Duration.between(run.began().plus(run.took()), now)))
        .raw("<span class=w>, took ")
        .duration(run.took())
        .raw("</span></span>");
    runner
        .lastError()
        .ifPresent(error ->
            html.raw("<details><summary>last error, ")
                .text(Texts.ago(Duration.between(error.at(), now)))
                .raw("</summary><pre>")
                .text(
                    Texts.cut(
                        error.stack().isEmpty() ? error.summary() : error.stack(), detail.text()))
                .raw("</pre></details>"));
  }

  private static String triggers(RunnerStats runner) {
    return Texts.readable(
        String.join(
            ", ", runner.triggers().stream().map(RunnerStats.TriggerState::description).toList()));
  }

  private static String next(RunnerStats runner, Instant now) {
    if (runner.waiting() > 0) {
      return "at once";
    }
    return runner
        .nextPoll()
        .or(runner::nextCron)
        .map(at -> {
          Duration left = Duration.between(now, at);
          return left.isNegative() || left.toSeconds() < 1
              ? "now"
              : "in " + Texts.duration(left.truncatedTo(ChronoUnit.SECONDS));
        })
        .orElse(runner.inFlight().isEmpty() ? "when kicked" : "after this run");
  }
}
