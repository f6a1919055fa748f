import org.jspecify.annotations.NullMarked;

/** Where a caller was and what it logged: frames and task logs. */
@NullMarked
module dev.remuda.context {
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.context;
}
