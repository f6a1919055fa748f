import org.jspecify.annotations.NullMarked;

/** Messages, codec, limits and hand-shake of the wire. */
@NullMarked
module dev.remuda.protocol {
  requires com.fasterxml.jackson.core;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.protocol;

  uses dev.remuda.protocol.TypeAdapter;
}
