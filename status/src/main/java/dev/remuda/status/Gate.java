package dev.remuda.status;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides who may see the page, and who may change something. */
final class Gate {
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private final PageSettings settings;
  private final @Nullable Token token;
  private final Set<String> names;

  Gate(PageSettings settings, @Nullable Token token) {
    this.settings = settings;
    this.token = token;
    this.names = settings.hosts();
  }

  /**
   * A name that is not ours may be somebody else's who has it lead here, so that a page of his can
   * read ours (DNS rebinding). Nobody can do that with a bare address.
   */
  Optional<Answer> refuseHost(HttpServerRequest request) {
    String host = request.getHeader("Host");
    String name = host == null ? "" : nameOf(host);
    if (name.equals("localhost")
        || PageSettings.literal(name) != null
        || names.stream().anyMatch(name::equalsIgnoreCase)) {
      return Optional.empty();
    }
    return Optional.of(
        Answer.text(
            421,
            "this page is not known as '"
                + Texts.cut(Texts.plain(name, false), 100)
                + "'; knownAs(NAME) or --status-name NAME makes it so\n"));
  }

  /** Of {@code name:port} and {@code [::1]:port}. */
  private static String nameOf(String host) {
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end < 0 ? host : host.substring(1, end);
    }
    int colon = host.lastIndexOf(':');
    return (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
  }

  /** Whether whoever asks may see it. */
  boolean knows(HttpServerRequest request) {
    Token needed = token;
    return needed == null
        || given(request, BEARER).filter(needed::is).isPresent()
        || given(request, BASIC).map(Gate::password).filter(needed::is).isPresent();
  }

  static Answer unknown() {
    return Answer.text(401, "this page needs its token, as bearer or as a password\n")
        .with("WWW-Authenticate", "Basic realm=\"remuda\", charset=\"UTF-8\"");
  }

  /**
   * Somebody else's page can have a browser post here, with the password that it remembers; but not
   * say that it comes from our own page, nor with a token that it does not know.
   */
  Optional<Answer> refuseAction(HttpServerRequest request) {
    if (!settings.actions()) {
      return Optional.of(
          Answer.text(403, "actions are not allowed on this page; allowActions() allows them\n"));
    }
    Token needed = token;
    if (needed != null && given(request, BEARER).filter(needed::is).isPresent()) {
      return Optional.empty();
    }
    if (!"same-origin".equals(request.getHeader("Sec-Fetch-Site")) || !isOwnOrigin(request)) {
      return Optional.of(
          Answer.text(
              403, "refused: it does not come from this page itself, nor with a bearer token\n"));
    }
    return Optional.empty();
  }

  private boolean isOwnOrigin(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    String own = (settings.hasTls() ? "https://" : "http://") + request.getHeader("Host");
    return origin == null || origin.equalsIgnoreCase(own);
  }

  private static Optional<String> given(HttpServerRequest request, String scheme) {
    String header = request.getHeader("Authorization");
    return header != null && header.toLowerCase(Locale.ROOT).startsWith(scheme)
        ? Optional.of(header.substring(scheme.length()).strip())
        : Optional.empty();
  }

  private static String password(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      return pair.substring(pair.indexOf(':') + 1);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
