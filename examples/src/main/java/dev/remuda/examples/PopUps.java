package dev.remuda.examples;

import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.Endpoint;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Shows texts in every browser that listens here, by server-sent events. */
final class PopUps implements Endpoint {
  private static final long START_SECONDS = 10;

  private final Set<HttpServerResponse> listening = ConcurrentHashMap.newKeySet();
  private @Nullable HttpServer server;

  @Override
  public String name() {
    return "pop-ups";
  }

  @Override
  public void start(Daemon daemon) throws Exception {
    server =
        daemon
            .vertx()
            .createHttpServer()
            .requestHandler(this::listen)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(START_SECONDS, TimeUnit.SECONDS);
    System.out.println("pop-ups at " + addresses().getFirst());
  }

  private void listen(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.closeHandler(nothing -> listening.remove(response));
    response.write(": listening\n\n");
    listening.add(response);
  }

  /** Whoever listens sees it; a browser that is not there now does not. Does not block. */
  void show(String text) {
    String event = "data: " + text.replaceAll("\\R", "\ndata: ") + "\n\n";
    listening.forEach(response -> response.write(event));
  }

  @Override
  public List<String> addresses() {
    return server == null ? List.of() : List.of("http://127.0.0.1:" + server.actualPort() + "/");
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
