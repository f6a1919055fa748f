import org.jspecify.annotations.NullMarked;

/** A durable message queue in a table of SQLite, H2 or PostgreSQL, polled and kicked. */
@NullMarked
module dev.remuda.queue {
  requires transitive java.sql;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.queue;
}
