package dev.remuda.status;

import dev.remuda.Pool;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Listens for a status page, on the daemon's own loop. */
final class PageServer {
  private static final System.Logger LOG = System.getLogger("dev.remuda.status");
  private static final long PATIENCE_SECONDS = 10;
  private static final int MOST_LINE = 4 << 10;
  private static final int MOST_HEADERS = 16 << 10;
  private static final int IDLE_MILLIS = 120_000;

  private static final long CLOSE_SECONDS = 2;

  /** Else the kernel keeps megabytes for each who does not read. */
  private static final int SEND_BYTES = 64 << 10;

  private static final int MOST_CONNECTIONS = LiveUpdates.MOST_CLIENTS + 200;
  private static final long TICK_MILLIS = 1_000;

  private final PageSettings settings;
  private final Vertx vertx;
  private final SnapshotTaker taker;
  private final DaemonMetrics metrics;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Routes routes;
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();
  private final long ticks;
  private int connections;

  private PageServer(PageSettings settings, SnapshotTaker taker, @Nullable Token token) {
    this.settings = settings;
    this.taker = taker;
    this.vertx = taker.daemon().vertx();
    this.metrics = new DaemonMetrics(taker);
    metrics.bindTo(registry);
    var context = vertx.getOrCreateContext();
    var live = new LiveUpdates(taker, settings.actions(), context);
    routes = new Routes(settings, taker, new Gate(settings, token), live, metrics, registry);
    ticks = vertx.setPeriodic(TICK_MILLIS, nothing -> context.runOnContext(none -> live.tick()));
  }

  static PageServer start(PageSettings settings, SnapshotTaker taker) throws IOException {
    Path file = settings.tokenFile();
    var server = new PageServer(settings, taker, file == null ? null : Token.of(file));
    try {
      server.listen();
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** At all its addresses; the loopback of IPv6 may be missing. */
  private void listen() throws IOException {
    int port = settings.port();
    var failures = new ArrayList<IOException>();
    for (String address : settings.addresses()) {
      try {
        port = listen(address, port);
      } catch (IOException e) {
        failures.add(e);
      }
    }
    boolean excused =
        settings.addresses().equals(PageSettings.LOOPBACK)
            && !servers.isEmpty()
            && failures.stream().noneMatch(PageServer::isInUse);
    if (!failures.isEmpty() && !excused) {
      throw failures.getFirst();
    }
    LOG.log(
        System.Logger.Level.INFO,
        "status page at {0}{1}",
        String.join(" ", urls),
        settings.actions() ? ", with actions" : "");
  }

  private static boolean isInUse(IOException e) {
    return e.getCause() instanceof java.net.BindException bind
        && String.valueOf(bind.getMessage()).contains("in use");
  }

  private int listen(String address, int port) throws IOException {
    var options =
        new HttpServerOptions()
            .setHost(address)
            .setPort(port)
            .setMaxInitialLineLength(MOST_LINE)
            .setMaxHeaderSize(MOST_HEADERS)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setIdleTimeout(IDLE_MILLIS)
            .setWriteIdleTimeout(Math.toIntExact(settings.stalledAfter().toMillis()))
            .setSendBufferSize(SEND_BYTES)
            .setHttp2ClearTextEnabled(false);
    Path certificate = settings.certificate();
    Path key = settings.key();
    if (certificate != null && key != null) {
      options
          .setSsl(true)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(certificate.toAbsolutePath().toString())
                  .setKeyPath(key.toAbsolutePath().toString()));
    }
    HttpServer server =
        vertx
            .createHttpServer(options)
            .connectionHandler(connection -> {
              if (++connections > MOST_CONNECTIONS) {
                connection.close();
              }
              connection.closeHandler(nothing -> connections--);
            })
            .requestHandler(routes::handle);
    try {
      server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot listen at " + address + " port " + port + ": " + cause.getMessage(), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while it began to listen", e);
    }
    servers.add(server);
    String host = address.contains(":") ? "[" + address + "]" : address;
    urls.add((settings.hasTls() ? "https://" : "http://") + host + ":" + server.actualPort());
    return server.actualPort();
  }

  /** Those who hear live, as the loop counts them. */
  LiveUpdates.Stats live() {
    return routes.live();
  }

  void show(String name, Pool<?> pool) {
    taker.add(Watched.OfPool.watch(name, pool));
    metrics.add(name, pool);
  }

  void hide(Pool<?> pool) {
    metrics.remove(pool);
    taker.remove(pool);
  }

  List<String> urls() {
    return List.copyOf(urls);
  }

  /** Blocks for as long as the loop takes; the loop may have ended already. */
  void close() {
    vertx.cancelTimer(ticks);
    routes.close();
    for (HttpServer server : servers) {
      try {
        server
            .close()
            .toCompletionStage()
            .toCompletableFuture()
            .get(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        LOG.log(
            System.Logger.Level.DEBUG, "somebody reads the page so slowly that it is cut off", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    metrics.close();
    registry.close();
    taker.close();
  }
}
