package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.23 A recorded lambda that does something with the result")
class TransformingLambdaTest extends ScriptedTest {
  interface Served {
    int count();

    boolean isEmpty();

    String name();
  }

  @Test
  @DisplayName("P.23 it is refused, since what it does with the result would silently be dropped")
  void refused() {
    TypedClient<Served> served = client().of(Served.class);
    assertThatThrownBy(() -> served.async(s -> s.count() + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> served.async(s -> !s.isEmpty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> served.async(s -> "Mr " + s.name()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
