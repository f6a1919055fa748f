package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.27 What calls on a dead checkout are told")
class LaterCallsTest extends ScriptedTest {
  interface Served {
    int count();

    void rollback();
  }

  @Test
  @DisplayName("P.27, Errors each is told by an exception of its own, with the same words")
  void eachItsOwn() {
    Checkout<Served> checkout = client().of(Served.class).checkout();
    checkout.abort("enough");
    Throwable first = catchThrowable(() -> checkout.sync().count());
    Throwable second = catchThrowable(() -> checkout.sync().count());
    assertThat(first).isInstanceOf(CallCancelledException.class);
    assertThat(second).isNotSameAs(first).hasSameClassAs(first).hasMessage(first.getMessage());
  }

  @Test
  @DisplayName("P.27 a try block whose resource calls too keeps the reason, as for any exception")
  void tryWithResources() {
    Checkout<Served> checkout = client().of(Served.class).checkout();
    checkout.abort("enough");
    Throwable thrown =
        catchThrowable(() -> {
          try (AutoCloseable _ = () -> checkout.sync().rollback()) {
            checkout.sync().count();
          }
        });

    assertThat(thrown).isInstanceOf(CallCancelledException.class);
  }
}
