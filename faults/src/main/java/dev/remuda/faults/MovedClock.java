package dev.remuda.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A wall clock that can be moved while the processes run that look at it: a small library, compiled
 * here, stands between them and the C library. The monotonic clock stays as it is, as it does when
 * an administrator sets the time.
 */
public final class MovedClock implements AutoCloseable {
  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/syscall.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>
      static volatile long long *moved;
      __attribute__((constructor)) static void begin(void) {
        const char *path = getenv("MOVED_CLOCK");
        int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        if (fd < 0) return;
        void *at = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        if (at != MAP_FAILED) moved = at;
      }
      int clock_gettime(clockid_t id, struct timespec *t) {
        int result = syscall(SYS_clock_gettime, id, t);
        if (!result && moved && id == CLOCK_REALTIME) t->tv_sec += *moved;
        return result;
      }
      int gettimeofday(struct timeval *t, void *zone) {
        int result = syscall(SYS_gettimeofday, t, zone);
        if (!result && moved && t) t->tv_sec += *moved;
        return result;
      }
      time_t time(time_t *t) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (t) *t = now.tv_sec;
        return now.tv_sec;
      }
      """;

  private final Path library;
  private final Path offset;

  private MovedClock(Path library, Path offset) {
    this.library = library;
    this.offset = offset;
  }

  /**
   * Makes one in a folder; nothing where there is no C compiler to make it with.
   *
   * @throws IOException when the folder cannot be written
   */
  public static Optional<MovedClock> in(Path folder) throws IOException {
    Path source = Files.writeString(folder.resolve("moved-clock.c"), SOURCE);
    Path library = folder.resolve("moved-clock.so");
    boolean made = compile(source, library);
    Files.delete(source);
    if (!made) {
      return Optional.empty();
    }
    var clock = new MovedClock(library, folder.resolve("moved-clock"));
    clock.move(Duration.ZERO);
    return Optional.of(clock);
  }

  private static boolean compile(Path source, Path library) {
    try {
      Process compiler =
          new ProcessBuilder(
                  "cc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return compiler.waitFor(60, TimeUnit.SECONDS) && compiler.exitValue() == 0;
    } catch (IOException e) {
      return false; // there is none
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The variables of the processes that look at it; their own children do so too. */
  public Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "MOVED_CLOCK", offset.toString());
  }

  /** How far it is from the real one from now on, in whole seconds, ahead or behind. */
  public void move(Duration by) throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(0, by.toSeconds());
    try (FileChannel file =
        FileChannel.open(offset, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (seconds.hasRemaining()) {
        file.write(seconds);
      }
    }
  }

  /** Removes its files; who looks at it goes on looking. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(library);
    Files.deleteIfExists(offset);
  }
}
