package dev.remuda.benchmarks;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
import dev.remuda.server.AotCache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** The main class of the process that echoes what is large, for {@link ChildJvm}. */
final class BlobProbe {
  private BlobProbe() {}

  /** Answers each line, such as {@code text 65536 100}, with the p50 in ns of so many calls. */
  public static void main(String[] arguments) throws IOException {
    Quiet.begin();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var pool =
            Pool.builder(BlobService.class, BlobWorker.class)
                .aotCache(AotCache.OFF)
                .maxWorkers(1)
                .start();
        Checkout<BlobService> checkout = pool.checkout()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        int size = Integer.parseInt(words[1]);
        int count = Integer.parseInt(words[2]);
        System.out.println(
            words[0].equals("text") ? texts(checkout, size, count) : blobs(checkout, size, count));
      }
    }
  }

  private static long texts(Checkout<BlobService> checkout, int size, int count) {
    BlobService service = checkout.sync();
    String text = "The quick brown fox. ".repeat(size / 21 + 1).substring(0, size);
    return p50(count, () -> service.text(text).length() == size);
  }

  private static long blobs(Checkout<BlobService> checkout, int size, int count) {
    BlobService service = checkout.sync();
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return p50(count, () -> service.bytes(bytes).length == size);
  }

  private interface Echo {
    boolean isWhole();
  }

  private static long p50(int count, Echo echo) {
    long[] samples = new long[count];
    for (int i = -RoundTrips.unmeasured(count); i < count; i++) {
      long begin = System.nanoTime();
      if (!echo.isWhole()) {
        throw new IllegalStateException("what came back is not what was sent");
      }
      if (i >= 0) {
        samples[i] = System.nanoTime() - begin;
      }
    }
    return RoundTrips.p50(samples);
  }
}
