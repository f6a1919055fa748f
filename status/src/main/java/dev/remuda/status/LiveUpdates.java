package dev.remuda.status;

import dev.remuda.daemon.ConsoleLine;
import dev.remuda.daemon.ConsoleStats;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells browsers each second which parts of the page are otherwise than before, by server-sent
 * events. Written once for all of them. Who has not taken the last update misses the next, then is
 * told all; who takes nothing for ten seconds is dropped by the server. Belongs to the loop, but
 * for the making of an update.
 */
final class LiveUpdates {
  static final int MOST_CLIENTS = 1_000;
  private static final int LINES_AT_ONCE = 200;
  private static final String NOTHING = "";

  private final SnapshotTaker taker;
  private final boolean actions;
  private final Context loop;
  private final Set<Client> clients = new LinkedHashSet<>();
  private boolean making;
  private boolean closed;
  private volatile int open;
  private final AtomicLong dropped = new AtomicLong();

  /** What was said last; only whoever makes an update, one at a time, uses it. */
  private Map<String, String> lastSections = new HashMap<>();

  private long lastOut;
  private long lastErr;
  private long lastLog;

  private static final class Client {
    final HttpServerRequest request;
    final HttpServerResponse response;
    boolean needsAll = true;

    /** Whether the kernel has not taken all of what was said last. */
    boolean isBehind;

    Client(HttpServerRequest request) {
      this.request = request;
      this.response = request.response();
    }
  }

  /** What is said: to those who heard the last, and to those who did not. */
  private record Update(String change, String all) {}

  LiveUpdates(SnapshotTaker taker, boolean actions, Context loop) {
    this.taker = taker;
    this.actions = actions;
    this.loop = loop;
  }

  /** Those who hear, and those who were dropped because they did not read. */
  record Stats(int clients, long dropped) {}

  Stats stats() {
    return new Stats(open, dropped.get());
  }

  /** One who hears from now on. */
  void add(HttpServerRequest request) {
    if (closed || clients.size() >= MOST_CLIENTS) {
      Answer.text(503, MOST_CLIENTS + " pages are open already\n")
          .with("Retry-After", "30")
          .send(request);
      return;
    }
    var client = new Client(request);
    HttpServerResponse response = Answer.guard(client.response);
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream; charset=utf-8")
        .putHeader("X-Accel-Buffering", "no");
    response.closeHandler(nothing -> remove(client));
    response.exceptionHandler(gone -> remove(client));
    response.write("retry: 2000\n\n");
    clients.add(client);
    open = clients.size();
  }

  private void remove(Client client) {
    if (clients.remove(client) && client.isBehind) {
      dropped.incrementAndGet();
    }
    open = clients.size();
  }

  /** Ends all that is under way: a stream that goes on would hold up the server's end. */
  void close() {
    loop.runOnContext(nothing -> {
      closed = true;
      List.copyOf(clients).forEach(client -> client.request.connection().close());
    });
  }

  /** Each second. */
  void tick() {
    if (making || clients.isEmpty()) {
      return;
    }
    making = true;
    Thread.ofVirtual().name("remuda-status-live").start(this::make);
  }

  private void make() {
    try {
      Update update = update();
      loop.runOnContext(nothing -> tell(update));
    } finally {
      loop.runOnContext(nothing -> making = false);
    }
  }

  private Update update() {
    Snapshot snapshot = taker.snapshot();
    Map<String, String> sections = PageHtml.sections(snapshot, actions);
    var changed = new JsonObject();
    var all = new JsonObject();
    sections.forEach((id, html) -> {
      all.put(id, html);
      if (!html.equals(lastSections.get(id))) {
        changed.put(id, html);
      }
    });
    lastSections = sections;
    JsonObject lines = lines(taker.daemon().console());
    String title = PageHtml.title(snapshot);
    return new Update(event(title, changed, lines), event(title, all, lines));
  }

  private static String event(String title, JsonObject sections, JsonObject lines) {
    if (sections.isEmpty() && lines.isEmpty()) {
      return NOTHING;
    }
    var data = new JsonObject().put("title", title).put("sections", sections);
    if (!lines.isEmpty()) {
      data.put("lines", lines);
    }
    return "event: update\ndata: " + data.encode() + "\n\n";
  }

  /** What was written since, the newest of it where there is much. */
  private JsonObject lines(ConsoleStats console) {
    var lines = new JsonObject();
    lastLog = put(lines, "log", console.log(), lastLog);
    lastErr = put(lines, "err", console.err(), lastErr);
    lastOut = put(lines, "out", console.out(), lastOut);
    return lines;
  }

  private static long put(JsonObject lines, String stream, List<ConsoleLine> all, long last) {
    int from = all.size();
    while (from > 0 && all.get(from - 1).number() > last && all.size() - from < LINES_AT_ONCE) {
      from--;
    }
    if (from < all.size()) {
      lines.put(stream, ConsoleHtml.json(all.subList(from, all.size())));
      return all.getLast().number();
    }
    return last;
  }

  private void tell(Update update) {
    Buffer change = Buffer.buffer(update.change);
    Buffer all = Buffer.buffer(update.all);
    for (Client client : List.copyOf(clients)) {
      if (client.isBehind) {
        client.needsAll = true;
      } else {
        tell(client, client.needsAll ? all : change);
      }
    }
  }

  /** One update at a time: who does not read has one queued here, never more. */
  private static void tell(Client client, Buffer told) {
    if (told.length() == 0) {
      return;
    }
    client.needsAll = false;
    client.isBehind = true;
    client.response.write(told).onSuccess(nothing -> client.isBehind = false);
  }
}
