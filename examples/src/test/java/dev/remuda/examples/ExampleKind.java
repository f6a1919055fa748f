package dev.remuda.examples;

import dev.remuda.server.TaskServer;

/** A worker that serves what {@link Echo} does, in one language or another. */
enum ExampleKind {
  JVM,
  PYTHON,
  PERL;

  /** A server of one such worker, still without an address; skips the test where it cannot run. */
  TaskServer.Builder serving() {
    TaskServer.Builder builder = TaskServer.builder().name("echo").standby(1).maxWorkers(2);
    return switch (this) {
      case JVM -> builder.serve(Echo.class);
      case PYTHON -> builder.command(Script.PYTHON_WORKER.command());
      case PERL -> builder.command(Script.PERL_WORKER.command());
    };
  }
}
