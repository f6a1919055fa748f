package dev.remuda.examples;

import dev.remuda.server.TaskServer;

/** A supervisor of Python workers in a JVM of its own, for a test to kill. */
final class PythonServer {
  private PythonServer() {}

  /** Takes the address and the worker's command; runs until it is killed. */
  public static void main(String[] arguments) throws Exception {
    var server = TaskServer.builder().listen(arguments[0]).standby(1);
    server.command(arguments[1], arguments[2]).start();
    System.out.println("listening");
    Thread.currentThread().join();
  }
}
