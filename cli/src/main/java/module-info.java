import org.jspecify.annotations.NullMarked;

/** The remuda command. */
@NullMarked
module dev.remuda.cli {
  requires dev.remuda.pool;
  requires dev.remuda.daemon;
  requires dev.remuda.status;
  requires dev.remuda.queue;
  requires dev.remuda.examples;
  requires dev.remuda.benchmarks;
  requires info.picocli;
  requires java.logging;
  requires jdk.unsupported;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  opens dev.remuda.cli to
      info.picocli;
}
