import org.jspecify.annotations.NullMarked;

/** Runners that are polled and kicked, datagrams, and an end in order, in one process. */
@NullMarked
module dev.remuda.daemon {
  requires transitive dev.remuda.pool;
  requires transitive io.vertx.core;
  requires transitive dev.remuda.queue;
  requires transitive java.sql;
  requires java.logging;
  requires jdk.unsupported; // sun.misc.Signal
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.daemon;
}
