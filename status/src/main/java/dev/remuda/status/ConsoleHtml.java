package dev.remuda.status;

import dev.remuda.daemon.ConsoleLine;
import dev.remuda.daemon.ConsoleStats;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The last lines of the console, for the page, as text and as JSON. */
final class ConsoleHtml {
  private static final int LINE_ON_PAGE = 160;

  private ConsoleHtml() {}

  private record Told(String stream, ConsoleLine line) {}

  static String section(ConsoleStats console, Detail detail) {
    var html =
        new Html()
            .raw("<section id=console><div class=bar><h2>Console</h2>")
            .raw("<select id=stream class=js aria-label=Stream><option value=all>everything")
            .raw("<option value=log>log<option value=err>stderr<option value=out>stdout</select>")
            .raw("<select id=level class=js aria-label=\"Least level of the log\">")
            .raw("<option value=0>all levels<option value=1>info<option value=2>warning")
            .raw("<option value=3>severe</select><input id=text class=js type=search")
            .raw(" placeholder=\"filter lines  /\" aria-label=\"Filter lines\">")
            .raw("<label class=js><input id=follow type=checkbox checked> follow</label>")
            .raw("<a href=console class=meta>all lines as text</a></div><ul id=lines tabindex=0")
            .raw(" aria-label=\"Last lines\">");
    List<Told> lines = together(console);
    for (Told told : lines.subList(Math.max(0, lines.size() - 3 * detail.lines()), lines.size())) {
      html.raw(
              "SEVERE".equals(told.line.level())
                  ? "<li class=s>"
                  : told.stream.equals("err") || "WARNING".equals(told.line.level())
                      ? "<li class=e>"
                      : "<li>")
          .clock(told.line.at())
          .raw("<i>")
          .text(Texts.cut(told.line.process(), 40))
          .text(told.line.level().isEmpty() ? "" : " " + told.line.level())
          .raw("</i>")
          .text(Texts.cut(Texts.plain(told.line.text(), false), LINE_ON_PAGE));
    }
    return html.raw("</ul></section>").toString();
  }

  private static List<Told> together(ConsoleStats console) {
    return Stream.of(
            told("out", console.out()), told("err", console.err()), told("log", console.log()))
        .flatMap(List::stream)
        .sorted(Comparator.comparing((Told told) -> told.line.at()))
        .toList();
  }

  private static List<Told> told(String stream, List<ConsoleLine> lines) {
    return lines.stream().map(line -> new Told(stream, line)).toList();
  }

  /** For people with curl. */
  static String text(ConsoleStats console) {
    var text = new StringBuilder();
    for (Told told : together(console)) {
      ConsoleLine line = told.line;
      text.append(line.at())
          .append(' ')
          .append(told.stream)
          .append(' ')
          .append(Texts.plain(line.process(), false))
          .append(line.level().isEmpty() ? "" : " " + Texts.plain(line.level(), false))
          .append(' ')
          .append(Texts.plain(line.text(), false))
          .append('\n');
    }
    return text.toString();
  }

  /** Each stream's lines as number, clock, process, level, text and milliseconds since 1970. */
  static JsonObject json(ConsoleStats console) {
    return new JsonObject()
        .put("log", json(console.log()))
        .put("err", json(console.err()))
        .put("out", json(console.out()));
  }

  static JsonArray json(List<ConsoleLine> lines) {
    var all = new ArrayList<Object>(lines.size());
    for (ConsoleLine line : lines) {
      all.add(
          new JsonArray()
              .add(line.number())
              .add(Html.clockText(line.at()))
              .add(Texts.plain(line.process(), false))
              .add(Texts.plain(line.level(), false))
              .add(Texts.plain(line.text(), false))
              .add(line.at().toEpochMilli()));
    }
    return new JsonArray(all);
  }
}
