package dev.remuda.status;

import static org.awaitility.Awaitility.await;

import dev.remuda.Pool;
import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.Datagrams;
import dev.remuda.daemon.Kick;
import dev.remuda.daemon.Poll;
import dev.remuda.daemon.QueueConsumers;
import dev.remuda.queue.ConsumeOptions;
import dev.remuda.queue.MessageQueue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A daemon with a bit of everything, and its page. */
final class ShownDaemon implements AutoCloseable {
  final Daemon daemon;
  final Pool<Work> pool;
  final MessageQueue queue;
  final AtomicInteger runs = new AtomicInteger();
  final AtomicBoolean fails = new AtomicBoolean();
  final AtomicBoolean refuses = new AtomicBoolean();
  final StatusPage page;
  private final HttpClient http =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  ShownDaemon(Path folder, UnaryOperator<StatusPage> settings) {
    pool =
        Pool.builder(Work.class, RealWork.class)
            .name("work")
            .minWorkers(2)
            .maxWorkers(4)
            .timeout(Duration.ofMinutes(5))
            .start();
    queue = MessageQueue.builder("sqlite:" + folder.resolve("queue.db")).open();
    page = settings.apply(StatusPage.on(0));
    daemon =
        Daemon.named("mail-gateway")
            .add(
                "fetch",
                () -> {
                  runs.incrementAndGet();
                  if (fails.get()) {
                    throw new IOException("the server at mail.example.org said 421 & <closed>");
                  }
                },
                Poll.every(Duration.ofHours(1)),
                Kick.udp(0))
            .add("clean-up", () -> {}, Poll.every(Duration.ofHours(6)))
            .add("work", pool)
            .add(
                QueueConsumers.of("messages", queue)
                    .consume(
                        "mail",
                        ConsumeOptions.DEFAULT.maxAttempts(1),
                        message -> {
                          if (refuses.get()) {
                            throw new IllegalStateException("550 no such user");
                          }
                        }))
            .add(Datagrams.on(0, (from, data) -> {}).named("syslog"))
            .add(page)
            .captureConsole()
            .startSpread(Duration.ZERO)
            .grace(Duration.ofSeconds(1))
            .start();
  }

  String url() {
    return page.addresses().getFirst();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(40));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path));
  }

  HttpResponse<String> html() {
    return send(request("/").header("Accept", "text/html,*/*;q=0.8"));
  }

  /** Waits until a call hangs; the name of the worker that has it. */
  String hungWorker() {
    await().atMost(Chromium.PATIENCE).until(() -> !pool.running().isEmpty());
    return WorkerNames.id(pool.running().getFirst().worker());
  }

  HttpResponse<String> post(String path) {
    return send(
        request(path)
            .header("Sec-Fetch-Site", "same-origin")
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  @Override
  public void close() {
    daemon.close();
    http.close();
  }
}
