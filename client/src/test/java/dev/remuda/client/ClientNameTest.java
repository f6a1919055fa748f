package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.20 A client's name that cannot travel")
class ClientNameTest extends ScriptedTest {
  @Test
  @DisplayName("P.20 an unpaired surrogate in it is refused when the client is built")
  void refused() {
    assertThatThrownBy(() -> start(toPeer().name("\ud800")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name");
  }
}
