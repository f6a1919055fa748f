package dev.remuda;

import static dev.remuda.PoolSupport.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.client.CallFailedException;
import dev.remuda.client.SetupFailedException;
import dev.remuda.worker.Progress;
import dev.remuda.worker.WorkerHooks;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.3, P.5, P.23 Odd things that served code does")
@Timeout(120)
class OddCodeTest {
  /** What is served. */
  public interface Odd {
    /** Reports null, then gives 1. */
    int reportNull();

    /** Throws what cannot give its message but for an Error. */
    void failWithoutMessage();
  }

  /** Its message is an assertion that fails. */
  static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new AssertionError("no message for you");
    }
  }

  /** Serves it. */
  public static final class ServedOdd implements Odd {
    @Override
    public int reportNull() {
      Progress.report(null);
      return 1;
    }

    @Override
    public void failWithoutMessage() {
      throw new Unspeakable();
    }
  }

  /** Its setup fails. */
  public static final class BadSetup implements WorkerHooks {
    @Override
    public void setup() {
      throw new Unspeakable();
    }

    /** Never runs. */
    public String greet() {
      return "hello";
    }
  }

  @Test
  @DisplayName("P.23 to report null is refused at the place where it is done")
  void nullProgress() {
    try (var pool = Pool.builder(Odd.class, ServedOdd.class).inThisJvm().start()) {
      assertThat(failure(pool.callStream(String.class, Odd::reportNull).result()))
          .isInstanceOf(CallFailedException.class)
          .hasMessageContaining("progress of null");
    }
  }

  @Test
  @DisplayName("P.5 an exception whose getMessage throws an Error fails its call, not its worker")
  void withoutMessage() {
    try (var pool = Pool.builder(Odd.class, ServedOdd.class).inThisJvm().start()) {
      assertThat(failure(pool.run(Odd::failWithoutMessage)))
          .isInstanceOf(CallFailedException.class);
    }
  }

  @Test
  @DisplayName("P.3 a setup whose exception cannot give its message is told to the caller")
  void setup() {
    try (var pool =
        Pool.builder(BadSetup.class).inThisJvm().timeout(Duration.ofSeconds(5)).start()) {
      assertThat(failure(pool.call("greet"))).isInstanceOf(SetupFailedException.class);
    }
  }
}
