package dev.remuda.cli;

import dev.remuda.Pool;
import dev.remuda.examples.BcryptPasswords;
import dev.remuda.examples.Passwords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Slow work, a whole file of it at once, and nobody waits for it but who wants the result. */
final class DemoPasswords {
  private static final int FRAME_MILLIS = 100;
  private static final int LEAST_LENGTH = 8;
  private static final int MOST_LENGTH = 16;

  private final DemoReport report;
  private final DemoWorkers herd;
  private final Heartbeat heartbeat;
  private final int workers;
  private final int count;
  private final int cost;

  DemoPasswords(
      DemoReport report, DemoWorkers herd, Heartbeat heartbeat, int workers, int count, int cost) {
    this.report = report;
    this.herd = herd;
    this.heartbeat = heartbeat;
    this.workers = workers;
    this.count = count;
    this.cost = cost;
  }

  void run() throws IOException, InterruptedException {
    report.title(
        "Blocking work",
        "a file of %,d passwords, bcrypt of cost %d, %d workers".formatted(count, cost, workers));
    Path file = generate();
    Pool<Passwords> pool =
        herd.start(
            Pool.builder(Passwords.class, BcryptPasswords.class)
                .name("passwords")
                .maxWorkers(workers)
                .jvmArguments("-Dbcrypt.cost=" + cost)
                .timeout(Duration.ofHours(1)),
            workers);
    heartbeat.startPart();
    long began = System.nanoTime();
    List<String> passwords = Files.readAllLines(file);
    List<String> hashes = hash(pool, passwords);
    double seconds = (System.nanoTime() - began) / 1e9;
    long worst = TimeUnit.NANOSECONDS.toMillis(heartbeat.worstOfPartNanos());
    Files.write(herd.file("hashes.txt"), hashes);
    show(pool, passwords, hashes, seconds, worst);
    herd.end(pool, workers);
  }

  private Path generate() throws IOException {
    var random = new Random(count);
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var word = new StringBuilder();
      random
          .ints(random.nextInt(LEAST_LENGTH, MOST_LENGTH), '!', '~')
          .forEach(word::appendCodePoint);
      lines.add(word.toString());
    }
    return Files.write(herd.file("passwords.txt"), lines);
  }

  private List<String> hash(Pool<Passwords> pool, List<String> passwords)
      throws InterruptedException {
    var done = new AtomicInteger();
    List<CompletableFuture<String>> hashes = new ArrayList<>();
    long began = System.nanoTime();
    for (String password : passwords) {
      CompletableFuture<String> hash = pool.async(p -> p.hash(password));
      hash.thenRun(done::incrementAndGet);
      hashes.add(hash);
    }
    CompletableFuture<?> all = CompletableFuture.allOf(hashes.toArray(CompletableFuture[]::new));
    while (!await(all)) {
      draw(done.get(), began);
    }
    return hashes.stream().map(CompletableFuture::join).toList();
  }

  private static boolean await(CompletableFuture<?> all) throws InterruptedException {
    try {
      all.get(FRAME_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true; // whoever joins them hears it
    }
  }

  private void draw(int done, long began) {
    double seconds = (System.nanoTime() - began) / 1e9;
    report.progress(
        done,
        count,
        "%,d of %,d, %.0f a second, heartbeat at most %d ms late"
            .formatted(
                done,
                count,
                done / seconds,
                TimeUnit.NANOSECONDS.toMillis(heartbeat.worstOfPartNanos())));
  }

  private void show(
      Pool<Passwords> pool,
      List<String> passwords,
      List<String> hashes,
      double seconds,
      long worst) {
    String prefix = "$2a$%02d$".formatted(cost);
    boolean sound =
        hashes.stream().allMatch(hash -> hash.startsWith(prefix))
            && new HashSet<>(hashes).size() == count;
    report.check(
        sound, "%,d hashed in %.1f s, %.0f a second".formatted(count, seconds, count / seconds));
    boolean right = pool.sync().verify(hashes.getLast(), passwords.getLast());
    boolean wrong = pool.sync().verify(hashes.getLast(), passwords.getLast() + "?");
    report.check(right && !wrong, "the right password is taken, a wrong one refused");
    report.check(
        worst < Demo.WORST_BEAT_MILLIS,
        "this program's own 10 ms heartbeat was at worst %d ms late".formatted(worst));
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("count", count);
    summary.put("cost", cost);
    summary.put("workers", workers);
    summary.put("seconds", DemoReport.rounded(seconds));
    summary.put("perSecond", DemoReport.rounded(count / seconds));
    summary.put("worstHeartbeatDelayMillis", worst);
    report.summarise("passwords", summary);
  }
}
