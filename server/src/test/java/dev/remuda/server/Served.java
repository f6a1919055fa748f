package dev.remuda.server;

import dev.remuda.worker.Arguments;
import dev.remuda.worker.TaskHandler;
import dev.remuda.worker.WorkerHooks;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What the workers of these tests serve. */
final class Served {
  private Served() {}

  /** Gives back all that followed META. */
  static final class Everything implements TaskHandler {
    @Override
    public Object handle(Arguments arguments) {
      return arguments.all();
    }
  }

  /** Every way to behave or misbehave. */
  static class Trial {
    private final List<Object> kept = new ArrayList<>();
    private volatile int depth;

    public List<Object> echo(Object... arguments) {
      return java.util.Arrays.asList(arguments);
    }

    public long pid() {
      return ProcessHandle.current().pid();
    }

    public void fail(String message) {
      throw new IllegalStateException(message);
    }

    public void spin() {
      while (true) {
        Thread.onSpinWait();
      }
    }

    public void sleep(long millis) throws InterruptedException {
      Thread.sleep(millis);
    }

    @SuppressWarnings("restricted")
    public void pause() throws Throwable {
      Linker linker = Linker.nativeLinker();
      linker
          .downcallHandle(
              linker.defaultLookup().findOrThrow("pause"),
              FunctionDescriptor.of(ValueLayout.JAVA_INT))
          .invoke();
    }

    public void exit(int status) {
      System.exit(status);
    }

    public int overflow() {
      return depth < 0 ? depth : 1 + overflow();
    }

    public void fillHeap() {
      while (true) {
        kept.add(new byte[1 << 20]);
      }
    }

    public void fillDirect() {
      while (true) {
        kept.add(ByteBuffer.allocateDirect(1 << 20));
      }
    }

    public void print(String out, String err) {
      System.out.println(out);
      System.err.println(err);
    }

    public void printWithoutEnd(int bytes) {
      System.out.print("x".repeat(bytes));
      System.out.flush();
    }

    public int readInput() throws IOException {
      return System.in.read();
    }

    public void closeOutput() {
      System.out.close();
      System.err.close();
    }

    public void interruptSelf() {
      Thread.currentThread().interrupt();
    }

    public void startThreads() {
      for (int i = 0; i < 3; i++) {
        Thread.ofPlatform().daemon(false).start(this::spinQuietly);
      }
    }

    private void spinQuietly() {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    public long child() throws IOException {
      return new ProcessBuilder("sleep", "1000").inheritIO().start().pid();
    }

    public void holdErrAndSpin() {
      synchronized (System.err) {
        spin();
      }
    }

    public void holdOutInThread() throws InterruptedException {
      var held = new java.util.concurrent.CountDownLatch(1);
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            synchronized (System.out) {
              synchronized (System.err) {
                // PrintStream locks itself only when subclassed, else an internal lock.
                held.countDown();
                System.out.printf("%s", new Blocking());
              }
            }
          });
      held.await();
    }

    private final class Blocking {
      @Override
      public String toString() {
        spinQuietly();
        return "";
      }
    }

    public Object unwritable() {
      return new Object();
    }

    public Object throwingResult() {
      return new AbstractList<>() {
        @Override
        public Object get(int index) {
          throw new IllegalStateException("changed meanwhile");
        }

        @Override
        public int size() {
          return 1;
        }
      };
    }

    public Object erroringResult() {
      return new AbstractList<>() {
        @Override
        public Object get(int index) {
          throw new AssertionError("changed meanwhile");
        }

        @Override
        public int size() {
          return 1;
        }
      };
    }

    public void nastyException() {
      throw new Nasty();
    }

    public void failBadly() {
      fail("a\ud83db");
    }

    public void error() {
      throw new AssertionError("an error, no exception");
    }

    private static final class Nasty extends RuntimeException {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        throw new IllegalStateException("no message for you");
      }
    }

    public String environment(String name) {
      return System.getenv(name);
    }

    public String directory() {
      return Path.of("").toAbsolutePath().toString();
    }

    public void control(String line) throws IOException {
      try (var out = new FileOutputStream("/proc/self/fd/4")) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** Tells a file what its hooks do; what they are to do is told by other files. */
  static final class Hooked extends Trial implements WorkerHooks {
    private static final Path FOLDER = Path.of(System.getenv().getOrDefault("TRIAL", "/nowhere"));

    private static void log(String line) {
      try {
        Files.writeString(
            FOLDER.resolve("log"),
            line + " " + ProcessHandle.current().pid() + "\n",
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private void hook(String name) throws Exception {
      log(name);
      if (Files.exists(FOLDER.resolve(name + "-spins"))) {
        spin();
      }
      if (Files.exists(FOLDER.resolve(name + "-fills"))) {
        fillHeap();
      }
      if (Files.exists(FOLDER.resolve(name + "-waits"))) {
        while (Files.exists(FOLDER.resolve(name + "-waits"))) {
          LockSupport.parkNanos(1_000_000);
        }
        log(name + "-went-on");
      }
      if (Files.exists(FOLDER.resolve(name + "-errs"))) {
        throw new AssertionError(name + " on purpose");
      }
      if (Files.exists(FOLDER.resolve(name + "-fails"))) {
        throw new IOException(name + " on purpose");
      }
    }

    @Override
    public void setup() throws Exception {
      hook("setup");
    }

    @Override
    public void checkoutDone() throws Exception {
      hook("done");
    }

    @Override
    public void teardown() throws Exception {
      hook("teardown");
    }
  }

  /** One method, hence plain calls too. */
  static final class Single {
    public String twice(String text) {
      return text + text;
    }
  }

  /** What {@link Contracted} shows of itself. */
  interface Contract {
    String shown();
  }

  static final class Contracted implements Contract {
    @Override
    public String shown() {
      return "shown";
    }

    public String hidden() {
      return "hidden";
    }
  }

  static final class Overloaded {
    public String of() {
      return "none";
    }

    public String of(String one) {
      return "one";
    }

    public String of(String one, String two) {
      return "two";
    }

    public String of(String one, String two, String three, String... more) {
      return "many " + more.length;
    }

    public String unclear(String text) {
      return "text";
    }

    public String unclear(long number) {
      return "number";
    }
  }

  abstract static class Abstract {
    public void run() {}
  }

  static final class Empty {}

  final class Inner {
    public Object run() {
      return Served.this;
    }
  }

  static final class NeedsAnArgument {
    NeedsAnArgument(String argument) {
      System.out.println(argument);
    }

    public void run() {}
  }

  static final class TakesThread {
    public void run(Thread thread) {
      thread.interrupt();
    }
  }
}
