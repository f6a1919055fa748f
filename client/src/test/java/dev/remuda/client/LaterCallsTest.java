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

  private static void laterCall(Checkout<Served> checkout) {
    checkout.sync().count();
  }

  @Test
  @DisplayName("P.27, Errors the stack of the exception is that of the call which hears it")
  void stack() {
    Checkout<Served> checkout = client().of(Served.class).checkout();
    checkout.abort("enough");
    Throwable thrown = catchThrowable(() -> laterCall(checkout));
    assertThat(thrown).isInstanceOf(CallCancelledException.class);
    assertThat(thrown.getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("laterCall");
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
