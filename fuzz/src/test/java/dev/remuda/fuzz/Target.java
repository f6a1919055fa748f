package dev.remuda.fuzz;

import dev.remuda.protocol.AddressFuzz;
import dev.remuda.protocol.MetaFuzz;
import dev.remuda.protocol.ReaderFuzz;
import dev.remuda.protocol.ValueFuzz;
import dev.remuda.queue.KickFuzz;
import dev.remuda.status.QueryFuzz;
import java.util.Locale;
import java.util.function.Consumer;

/** What is fuzzed: each reads bytes that somebody else may have sent. */
@SuppressWarnings("ImmutableEnumChecker") // a static method has no state
enum Target {
  READER(ReaderFuzz.class, ReaderFuzz::fuzzerTestOneInput),
  VALUE(ValueFuzz.class, ValueFuzz::fuzzerTestOneInput),
  META(MetaFuzz.class, MetaFuzz::fuzzerTestOneInput),
  ADDRESS(AddressFuzz.class, AddressFuzz::fuzzerTestOneInput),
  KICK(KickFuzz.class, KickFuzz::fuzzerTestOneInput),
  QUERY(QueryFuzz.class, QueryFuzz::fuzzerTestOneInput);

  private final Class<?> program;
  private final Consumer<byte[]> once;

  Target(Class<?> program, Consumer<byte[]> once) {
    this.program = program;
    this.once = once;
  }

  /** The name of its folders. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  String program() {
    return program.getName();
  }

  void run(byte[] input) {
    once.accept(input);
  }
}
