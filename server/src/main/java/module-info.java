import org.jspecify.annotations.NullMarked;

/** The supervisor: spawns, keeps standbys, retires and reaps workers. */
@NullMarked
module dev.remuda.server {
  requires transitive dev.remuda.protocol;
  requires transitive dev.remuda.worker;
  requires jdk.net;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.server;
}
