import org.jspecify.annotations.NullMarked;

/** A private supervisor and a client in one object: the front door. */
@NullMarked
module dev.remuda.pool {
  requires transitive dev.remuda.client;
  requires transitive dev.remuda.server;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda;
}
