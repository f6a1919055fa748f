package dev.remuda.status;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Buttons that do something, where that is allowed; all of them belong to one empty form. */
record Buttons(boolean allowed) {
  /**
   * Writes one.
   *
   * @param action the last part of its address
   * @param parameters name and value in turn
   */
  void write(Html html, String label, String action, String... parameters) {
    write(html, label, "", "", action, parameters);
  }

  /** One that a script asks about first. */
  void danger(Html html, String label, String sure, String action, String... parameters) {
    write(html, label, " class=danger data-sure=\"", sure, action, parameters);
  }

  /** One whose answer is shown as a text. */
  void dump(Html html, String label, String head, String action, String... parameters) {
    write(html, label, " data-show=\"", head, action, parameters);
  }

  private void write(
      Html html, String label, String attribute, String value, String action, String... pairs) {
    if (!allowed) {
      return;
    }
    html.raw("<button form=act").raw(attribute);
    if (!attribute.isEmpty()) {
      html.text(value).raw("\"");
    }
    html.raw(" formaction=\"actions/").raw(action);
    for (int i = 0; i + 1 < pairs.length; i += 2) {
      html.raw(i == 0 ? "?" : "&amp;").raw(pairs[i]).raw("=");
      html.text(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
    }
    html.raw("\">").raw(label).raw("</button>");
  }
}
