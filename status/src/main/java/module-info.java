import org.jspecify.annotations.NullMarked;

/** A daemon's status as a live page, JSON, text and metrics. */
@NullMarked
module dev.remuda.status {
  requires transitive dev.remuda.daemon;
  requires transitive micrometer.core;
  requires micrometer.registry.prometheus;
  requires java.logging;
  requires jdk.management;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.status;
}
