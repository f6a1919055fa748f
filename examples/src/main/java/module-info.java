import org.jspecify.annotations.NullMarked;

/** Programs that the README and the docs show; the tests run them. */
@NullMarked
module dev.remuda.examples {
  requires transitive dev.remuda.pool;
  requires dev.remuda.daemon;
  requires bcrypt;
  requires transitive java.sql;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.examples;
}
