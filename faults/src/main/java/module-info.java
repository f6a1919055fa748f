import org.jspecify.annotations.NullMarked;

/** What the tests break things with: networks, processes, clocks, by a seed. */
@NullMarked
module dev.remuda.faults {
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports dev.remuda.faults;
}
