package dev.remuda.status;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is where. Called on the loop; what may block is done on a virtual thread. */
final class Routes {
  private static final System.Logger LOG = System.getLogger("dev.remuda.status");
  private static final int MOST_BODY = 4 << 10;
  private static final int NONCE_BYTES = 16;
  private static final String ACTIONS = "/actions/";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final Set<String> PLACES =
      Set.of("/", "/status.json", "/healthz", "/metrics", "/console", "/console.json", "/events");

  private final PageSettings settings;
  private final SnapshotTaker taker;
  private final Gate gate;
  private final LiveUpdates live;
  private final DaemonMetrics metrics;
  private final PrometheusMeterRegistry registry;
  private final Actions actions;
  private final SecureRandom random = new SecureRandom();

  Routes(
      PageSettings settings,
      SnapshotTaker taker,
      Gate gate,
      LiveUpdates live,
      DaemonMetrics metrics,
      PrometheusMeterRegistry registry) {
    this.settings = settings;
    this.taker = taker;
    this.gate = gate;
    this.live = live;
    this.metrics = metrics;
    this.registry = registry;
    this.actions = new Actions(taker);
  }

  void close() {
    live.close();
  }

  LiveUpdates.Stats live() {
    return live.stats();
  }

  void handle(HttpServerRequest request) {
    String path = request.path() == null ? "" : request.path();
    Optional<Answer> refused = gate.refuseHost(request);
    if (refused.isPresent()) {
      refused.get().send(request);
    } else if (!gate.knows(request)) {
      // Whoever balances loads needs no more than red or green.
      if (path.equals("/healthz") && isRead(request)) {
        later(request, () -> health(taker.snapshot(), false));
      } else {
        Gate.unknown().send(request);
      }
    } else if (path.startsWith(ACTIONS)) {
      act(request, path.substring(ACTIONS.length()));
    } else if (!PLACES.contains(path)) {
      Answer.text(404, "there is " + String.join(" ", PLACES.stream().sorted().toList()) + "\n")
          .send(request);
    } else if (!isRead(request)) {
      Answer.text(405, "GET and HEAD only\n").with("Allow", "GET, HEAD").send(request);
    } else if (path.equals("/events") && request.method().equals(HttpMethod.GET)) {
      live.add(request);
    } else {
      later(request, () -> read(path, request));
    }
  }

  private static boolean isRead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
  }

  private static void later(HttpServerRequest request, Supplier<Answer> work) {
    Context loop = Vertx.currentContext();
    Thread.ofVirtual()
        .name("remuda-status")
        .start(() -> {
          Answer answer;
          try {
            answer = work.get();
          } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the status page failed", e);
            answer = Answer.text(500, "the page failed: " + e + "\n");
          }
          Answer sent = answer;
          loop.runOnContext(nothing -> sent.send(request));
        });
  }

  private Answer read(String path, HttpServerRequest request) {
    return switch (path) {
      case "/status.json" -> json();
      case "/healthz" -> health(taker.snapshot(), true);
      case "/metrics" -> {
        metrics.refresh();
        yield Answer.of(PROMETHEUS, registry.scrape());
      }
      case "/console" -> Answer.of(TEXT, ConsoleHtml.text(taker.daemon().console()));
      case "/console.json" ->
          Answer.of("application/json", ConsoleHtml.json(taker.daemon().console()).encode());
      case "/events" -> Answer.of("text/event-stream", "");
      default -> front(request);
    };
  }

  private Answer json() {
    return Answer.of("application/json", StatusJson.of(taker.snapshot()).encodePrettily() + "\n");
  }

  private static Answer health(Snapshot snapshot, boolean told) {
    boolean healthy = snapshot.isHealthy();
    return Answer.text(
        healthy ? 200 : 503, told ? StatusText.health(snapshot) : healthy ? "ok\n" : "broken\n");
  }

  /** For a browser, a program, or a person with curl. */
  private Answer front(HttpServerRequest request) {
    Map<String, String> given;
    try {
      given = parameters(request.query());
    } catch (IllegalArgumentException e) {
      return unreadable(e);
    }
    String accepted = request.getHeader("Accept");
    String format = given.get("format");
    String wanted = accepted == null ? "" : accepted.toLowerCase(Locale.ROOT);
    if ("json".equals(format)
        || (format == null
            && wanted.contains("application/json")
            && !wanted.contains("text/html"))) {
      return json().with("Vary", "Accept");
    }
    if ("text".equals(format) || (format == null && !wanted.contains("text/html"))) {
      return Answer.of(TEXT, StatusText.of(taker.snapshot())).with("Vary", "Accept");
    }
    return page(given.containsKey("all"));
  }

  private Answer page(boolean everything) {
    var bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    String nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Snapshot snapshot = taker.snapshot();
    var console = taker.daemon().console();
    String page =
        everything
            ? PageHtml.everything(snapshot, console, settings.actions(), nonce)
            : PageHtml.page(snapshot, console, settings.actions(), nonce);
    return Answer.of("text/html; charset=utf-8", page)
        .with("Vary", "Accept")
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'nonce-"
                + nonce
                + "'; script-src 'nonce-"
                + nonce
                + "'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
                + " frame-ancestors 'none'");
  }

  private void act(HttpServerRequest request, String action) {
    if (!request.method().equals(HttpMethod.POST)) {
      Answer.text(405, "POST only\n").with("Allow", "POST").send(request);
      return;
    }
    Optional<Answer> refused = gate.refuseAction(request);
    if (refused.isPresent()) {
      refused.get().send(request);
      return;
    }
    var body = Buffer.buffer();
    request.handler(chunk -> {
      if (body.length() <= MOST_BODY) {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(nothing -> act(request, action, body));
  }

  private void act(HttpServerRequest request, String action, Buffer body) {
    if (body.length() > MOST_BODY) {
      Answer.text(413, "at most " + MOST_BODY + " bytes\n").send(request);
      return;
    }
    Map<String, String> given;
    try {
      given = new HashMap<>(parameters(body.toString(StandardCharsets.UTF_8)));
      given.putAll(parameters(request.query()));
    } catch (IllegalArgumentException e) {
      unreadable(e).send(request);
      return;
    }
    String accepted = request.getHeader("Accept");
    boolean byForm = accepted != null && accepted.contains("text/html");
    String who = String.valueOf(request.remoteAddress().host());
    later(
        request,
        () -> {
          Answer answer = actions.perform(action, given, who);
          boolean shown = action.startsWith("dump") || answer.status() != 200;
          return byForm && !shown ? Answer.text(303, answer.body()).with("Location", "/") : answer;
        });
  }

  private static Answer unreadable(IllegalArgumentException e) {
    return Answer.text(400, "the parameters cannot be read: " + e.getMessage() + "\n");
  }

  /**
   * What a query or a form says.
   *
   * @throws IllegalArgumentException where an escape is none
   */
  static Map<String, String> parameters(@Nullable String encoded) {
    Map<String, String> parameters = new HashMap<>();
    if (encoded == null || encoded.isEmpty()) {
      return parameters;
    }
    for (String pair : encoded.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      parameters.put(
          URLDecoder.decode(name, StandardCharsets.UTF_8),
          URLDecoder.decode(value, StandardCharsets.UTF_8));
    }
    return parameters;
  }
}
