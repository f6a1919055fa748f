package dev.remuda.status;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Writes HTML; whatever comes from elsewhere goes through {@link #text}, which escapes it. */
final class Html {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

  private final StringBuilder out = new StringBuilder();

  /** Markup of our own. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Text or the value of an attribute in double quotes, from wherever it comes. */
  Html text(String text) {
    String plain = Texts.plain(text, true);
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
    return this;
  }

  Html number(long number) {
    return raw(Texts.count(number));
  }

  Html duration(Duration time) {
    return raw(Texts.duration(time));
  }

  /** An element with text, such as {@code td} or {@code td class=r}. */
  Html element(String open, String text) {
    int end = open.indexOf(' ');
    return raw("<")
        .raw(open)
        .raw(">")
        .text(text)
        .raw("</")
        .raw(end < 0 ? open : open.substring(0, end))
        .raw(">");
  }

  /** The clock of this machine; the whole time in the title. */
  Html clock(Instant at) {
    return raw("<time title=\"")
        .raw(at.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString())
        .raw("\">")
        .raw(CLOCK.format(at))
        .raw("</time>");
  }

  static String clockText(Instant at) {
    return CLOCK.format(at);
  }

  int length() {
    return out.length();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
