package dev.remuda.benchmarks;

import dev.remuda.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A program that makes a pool, has one result of it, and ends: how long that took, in ns. */
final class FirstResult {
  private static final long POLL_NANOS = 5_000_000;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private FirstResult() {}

  /** With a folder, stays until an AOT cache is in it. */
  public static void main(String[] arguments) throws IOException {
    Quiet.begin();
    long begin = System.nanoTime();
    try (var pool = Pool.of(EchoService.class, EchoWorker.class)) {
      long sum = pool.sync().add(1, 2);
      long took = System.nanoTime() - begin;
      if (sum != 3) {
        throw new IllegalStateException("the worker cannot add: " + sum);
      }
      if (arguments.length > 0) {
        awaitCache(Path.of(arguments[0]));
      }
      System.out.println(took);
    }
  }

  private static void awaitCache(Path folder) throws IOException {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < PATIENCE_NANOS) {
      try (var files = Files.newDirectoryStream(folder, "*.aot")) {
        if (files.iterator().hasNext()) {
          return;
        }
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    throw new IOException("no AOT cache has come into " + folder);
  }
}
