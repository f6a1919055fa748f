package dev.remuda.examples;

import dev.remuda.server.TaskServer;
import java.util.List;

/** A supervisor of workers in another language, in a JVM of its own, for a test to kill. */
final class ExampleServer {
  private ExampleServer() {}

  /** Takes the address and the worker's command; runs until it is killed. */
  public static void main(String[] arguments) throws Exception {
    var server = TaskServer.builder().listen(arguments[0]).standby(1);
    server.command(List.of(arguments).subList(1, arguments.length)).start();
    System.out.println("listening");
    Thread.currentThread().join();
  }
}
