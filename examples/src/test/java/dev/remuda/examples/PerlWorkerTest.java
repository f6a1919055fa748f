package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.TaskClient;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code examples/perl/echo_worker.pl}, of the base protocol: P.1, P.2, P.5, P.7, P.11, P.14. */
@DisplayName("P.11 the Perl worker")
class PerlWorkerTest extends ExampleWorkerTest {
  PerlWorkerTest() {
    super(Script.PERL_WORKER);
  }

  @Override
  void assertGivenUp(CallTimeoutException failure) {
    assertThat(failure.threadDump()).isEmpty();
  }

  @Test
  @DisplayName("P.11 a Perl worker loses no digit")
  void losesNoDigit() throws Exception {
    serve(1, 1);
    try (TaskClient client = client(PATIENCE)) {
      var exact = new BigDecimal("-1.234567890123456789012345678901234567891");
      assertThat(client.call("echo", exact).get()).isEqualTo(List.of(exact));
    }
  }

  @Test
  @DisplayName("P.11 a number that cannot be written is an error, and the Perl worker lives")
  void writesNoInfinity() throws Exception {
    serve(1, 1);
    try (RawConnection raw = new RawConnection(socket)) {
      assertThat(raw.call("\"echo\",\"Inf\",[\"NaN\"]").rest())
          .containsExactly(List.of("Inf", List.of("NaN")));
      assertThat(raw.call("\"echo\",1e400").code()).isEqualTo("ok");
      assertThat(raw.call("\"echo\",1e40000").rest().toString()).contains("over the limit");
    }
  }
}
