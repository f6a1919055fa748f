package dev.remuda.queue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A consumer process for tests: says on its standard output which message it begins and ends, and
 * ends itself at the end of its standard input. Arguments: URL, type, heartbeat and stale
 * milliseconds, {@code work}, {@code hang} or {@code tell} (waits for a line of input after each
 * beginning).
 */
final class ConsumerMain {
  private ConsumerMain() {}

  public static void main(String[] arguments) throws Exception {
    String mode = arguments[4];
    try (MessageQueue queue =
        MessageQueue.builder(arguments[0])
            .heartbeat(Duration.ofMillis(Long.parseLong(arguments[2])))
            .staleAfter(Duration.ofMillis(Long.parseLong(arguments[3])))
            .poll(Duration.ofMillis(Long.parseLong(arguments[3])))
            .open()) {
      var told = new CountDownLatch(1);
      Consumption consumption =
          queue.consume(
              arguments[1],
              message -> {
                say("begin " + message.data());
                switch (mode) {
                  case "hang" -> new CountDownLatch(1).await();
                  case "tell" -> told.await();
                  default -> {}
                }
                say("end " + message.data() + " " + message.claim().isLost());
              });
      say("ready");
      int read = System.in.read();
      told.countDown();
      while (read >= 0) {
        read = System.in.read();
      }
      consumption.close();
      queue.snapshot().types().stream()
          .filter(type -> type.type().equals(arguments[1]))
          .forEach(type -> say("fenced " + type.fencedHere()));
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
