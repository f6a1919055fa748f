package dev.remuda.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;

/** The streaming JSON library, set up for the protocol. */
final class Json {
  /** Beside its digits, a number has zeros behind the point or an exponent. */
  private static final int MAX_NUMBER_CHARS = Decimals.MAX_DIGITS + 20;

  private Json() {}

  static JsonFactory factory(Limits limits) {
    return new JsonFactoryBuilder()
        .rootValueSeparator("")
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(limits.nesting())
                .maxStringLength(limits.messageBytes())
                .maxNameLength(limits.messageBytes())
                .maxNumberLength(MAX_NUMBER_CHARS)
                .build())
        .streamWriteConstraints(
            StreamWriteConstraints.builder().maxNestingDepth(limits.nesting() + 2).build())
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }
}
