package dev.remuda.status;

import dev.remuda.daemon.ConsoleStats;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page as a whole: readable as it comes, and then kept up to date part by part. */
final class PageHtml {
  /** No page is longer, whatever there is to tell: 50 kB. */
  static final int MOST_BYTES = 50_000;

  private static final String CSS = Resources.text("page.css").replace("\n", "");
  private static final String SCRIPT = Resources.text("page.js");
  private static final String NAV =
      "<nav aria-label=Parts><div><a href=#busy>Busy</a><a href=#runners>Runners</a>"
          + "<a href=#workers>Workers</a><a href=#queues>Queues</a><a href=#loop>Loop</a>"
          + "<a href=#console>Console</a><a href=#settings>Settings</a>"
          + "<span id=live role=status></span></div></nav>";
  private static final String FOOT =
      "</main><footer><p>Also as <a href=status.json>JSON</a>, <a href=\"?format=text\">text</a>,"
          + " <a href=metrics>metrics</a>, <a href=healthz>health</a>."
          + " <span class=js>Keys: <kbd>b</kbd> <kbd>r</kbd> <kbd>w</kbd> <kbd>q</kbd>"
          + " <kbd>c</kbd> <kbd>s</kbd> go to a part, <kbd>/</kbd> filters the console.</span>"
          + "<span class=nojs>Reload it to see what is new.</span></p></footer>"
          + "<form id=act method=post></form><div id=said role=status></div>"
          + "<dialog id=dump aria-labelledby=dumphead><h2 id=dumphead></h2>"
          + "<pre id=dumptext tabindex=0></pre><form method=dialog><button>close</button></form>"
          + "</dialog>";

  private PageHtml() {}

  /** The parts that change, by their element's id, short enough for the whole to be short. */
  static Map<String, String> sections(Snapshot snapshot, boolean actions) {
    int most = MOST_BYTES - CSS.length() - SCRIPT.length() - 7_000; // the frame, and the console
    Map<String, String> sections = Map.of();
    for (Detail detail : List.of(Detail.MUCH, Detail.SOME, Detail.LITTLE)) {
      sections = sections(snapshot, actions, detail);
      if (bytes(sections.values()) <= most) {
        return sections;
      }
    }
    return shortened(sections, most);
  }

  /** Names of the users' own making may be long: then their part says where it is told instead. */
  private static Map<String, String> shortened(Map<String, String> sections, int most) {
    Map<String, String> shorter = new LinkedHashMap<>(sections);
    while (bytes(shorter.values()) > most) {
      String longest =
          shorter.entrySet().stream()
              .max(Map.Entry.comparingByValue((a, b) -> Integer.compare(a.length(), b.length())))
              .orElseThrow()
              .getKey();
      shorter.put(
          longest,
          "<section id="
              + longest
              + "><p>There is too much to be shown here:"
              + " <a href=status.json>status.json</a> has all of it.</p></section>");
    }
    return shorter;
  }

  private static int bytes(Iterable<String> texts) {
    int bytes = 0;
    for (String text : texts) {
      bytes += text.getBytes(StandardCharsets.UTF_8).length;
    }
    return bytes;
  }

  private static Map<String, String> sections(Snapshot snapshot, boolean actions, Detail detail) {
    var buttons = new Buttons(actions);
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("top", HealthHtml.top(snapshot));
    sections.put("health", HealthHtml.health(snapshot, detail));
    sections.put("busy", HealthHtml.busy(snapshot, detail, buttons));
    sections.put("runners", RunnersHtml.section(snapshot, detail, buttons));
    sections.put("workers", WorkersHtml.section(snapshot, detail, buttons));
    sections.put("queues", QueuesHtml.section(snapshot, detail, buttons));
    sections.put("loop", LoopHtml.section(snapshot, detail, buttons));
    sections.put("settings", LoopHtml.settings(snapshot, detail, actions));
    return sections;
  }

  /** What the browser calls the page: it tells what is wrong from another tab. */
  static String title(Snapshot snapshot) {
    int problems = snapshot.problems().size();
    return (problems == 0 ? "" : "(" + problems + ") ") + snapshot.daemon().name() + " · remuda";
  }

  /**
   * The whole page, of 50 kB at the most.
   *
   * @param nonce for its own style and script, and nobody else's
   */
  static String page(Snapshot snapshot, ConsoleStats console, boolean actions, String nonce) {
    return page(
        snapshot,
        sections(snapshot, actions),
        ConsoleHtml.section(console, shortConsole(console)),
        nonce,
        true);
  }

  /** All rows there are, however long that is; not live. */
  static String everything(Snapshot snapshot, ConsoleStats console, boolean actions, String nonce) {
    return page(
        snapshot,
        sections(snapshot, actions, Detail.ALL),
        ConsoleHtml.section(console, Detail.ALL),
        nonce,
        false);
  }

  private static Detail shortConsole(ConsoleStats console) {
    for (Detail detail : List.of(Detail.MUCH, Detail.SOME, Detail.LITTLE)) {
      if (ConsoleHtml.section(console, detail).getBytes(StandardCharsets.UTF_8).length < 5_000) {
        return detail;
      }
    }
    return new Detail(0, 0, 0, 0);
  }

  private static String page(
      Snapshot snapshot, Map<String, String> sections, String console, String nonce, boolean live) {
    var html =
        new Html()
            .raw("<!doctype html><html lang=en><meta charset=utf-8>")
            .raw("<meta name=viewport content=\"width=device-width,initial-scale=1\">")
            .raw("<meta name=color-scheme content=\"light dark\"><link rel=icon href=\"data:,\">");
    html.element("title", title(snapshot))
        .raw("<style nonce=\"")
        .raw(nonce)
        .raw("\">")
        .raw(CSS)
        .raw("</style>");
    sections.forEach((id, section) -> {
      if (id.equals("settings")) {
        html.raw(console);
      }
      html.raw(section);
      if (id.equals("top")) {
        html.raw(NAV).raw("<main>");
      }
    });
    html.raw(FOOT);
    if (live) {
      html.raw("<script nonce=\"").raw(nonce).raw("\">").raw(SCRIPT).raw("</script>");
    }
    return html.toString();
  }
}
