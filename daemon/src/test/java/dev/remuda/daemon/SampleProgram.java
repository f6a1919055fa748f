package dev.remuda.daemon;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A daemon for the tests of processes; its argument says how its run behaves. */
final class SampleProgram {
  private static int reloads;

  private SampleProgram() {}

  public static void main(String[] arguments) {
    Duration grace = Duration.ofMillis(Long.parseLong(arguments[1]));
    Daemon.Builder builder = Daemon.named("sample").grace(grace).add(new Announcer());
    builder.onReload(() -> {
      System.out.println("reload " + ++reloads);
      if (reloads == 2) {
        throw new IllegalStateException("the file is half written");
      }
    });
    switch (arguments[0]) {
      case "waits for a line" -> builder.add("mail", SampleProgram::waitForALine, once());
      case "waits to be interrupted" -> builder.add("mail", SampleProgram::waitForEver, once());
      case "ignores interrupts" -> builder.add("mail", SampleProgram::ignore, once());
      case "twice" -> builder.add("mail", () -> {}, once()).add("mail", () -> {}, once());
      default -> builder.add("mail", () -> {}, Kick.udp(Integer.parseInt(arguments[0])));
    }
    builder.run();
  }

  private static Poll once() {
    return Poll.every(Duration.ofDays(1));
  }

  private static void waitForALine() throws Exception {
    System.out.println("run begins");
    int line = System.in.read();
    System.out.println("run ends " + (char) line);
  }

  private static void waitForEver() throws InterruptedException {
    System.out.println("run begins");
    try {
      new CountDownLatch(1).await();
    } finally {
      System.out.println("run interrupted");
    }
  }

  private static void ignore() {
    System.out.println("run begins");
    while (true) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        // That is the point of it.
      }
    }
  }

  /** Says what is done with it. */
  private static final class Announcer implements Endpoint {
    @Override
    public String name() {
      return "announcer";
    }

    @Override
    public void start(Daemon daemon) {
      System.out.println("start");
    }

    @Override
    public void drain() {
      System.out.println("drain");
    }

    @Override
    public void close() {
      System.out.println("close");
    }
  }
}
