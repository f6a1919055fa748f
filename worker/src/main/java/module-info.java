import org.jspecify.annotations.NullMarked;

/** What runs in a worker process: accept, dispatch, watchdog, log capture, sandbox. */
@NullMarked
module dev.remuda.worker {
  requires transitive dev.remuda.protocol;
  requires transitive dev.remuda.context;
  requires java.logging;
  requires jdk.management;
  requires jdk.net;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.worker;
}
