import org.jspecify.annotations.NullMarked;

/** JMH benchmarks and whole-process comparisons. */
@NullMarked
module dev.remuda.benchmarks {
  requires dev.remuda.pool;
  requires dev.remuda.daemon;
  requires dev.remuda.queue;
  requires java.sql;
  requires com.fasterxml.jackson.core;
  requires java.logging;
  requires jmh.core;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.benchmarks;
}
