package dev.remuda;

import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remuda.client.CallFailedException;
import dev.remuda.client.Checkout;
import dev.remuda.worker.WorkerHooks;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.4, P.5, P.40 Values, errors and hooks through a real worker")
@Timeout(120)
class PoolTravelTest {
  enum Colour {
    RED,
    GREEN
  }

  @SuppressWarnings("ArrayRecordComponent") // they must travel, wherever they stand
  record Item(
      String name, Colour colour, Optional<Item> inside, Instant made, byte[] bytes, int[] sizes) {}

  /** All kinds of types, and state that a checkout leaves. */
  interface Kinds {
    Item item(Item item);

    Map<String, List<Optional<LocalDate>>> dates(Map<String, List<Optional<LocalDate>>> dates);

    List<Object> echo(Object... values);

    long add(long a, long b);

    void begin(String work);

    Optional<String> begun();

    List<String> done();

    void fail(String message);
  }

  /** Rolls back at release what was begun. */
  static final class ServedKinds implements Kinds, WorkerHooks {
    private final List<String> rolledBack = new java.util.ArrayList<>();
    private String work;

    @Override
    public Item item(Item item) {
      return item;
    }

    @Override
    public Map<String, List<Optional<LocalDate>>> dates(
        Map<String, List<Optional<LocalDate>>> dates) {
      return dates;
    }

    @Override
    public List<Object> echo(Object... values) {
      return Arrays.asList(values);
    }

    @Override
    public long add(long a, long b) {
      return a + b;
    }

    @Override
    public void begin(String what) {
      work = what;
    }

    @Override
    public Optional<String> begun() {
      return Optional.ofNullable(work);
    }

    @Override
    public List<String> done() {
      return rolledBack;
    }

    @Override
    public void fail(String message) {
      throw new IllegalStateException(message, new java.io.IOException("below"));
    }

    @Override
    public void checkoutDone() {
      if (work != null) {
        rolledBack.add(work);
        work = null;
      }
    }
  }

  private static Pool<Kinds> pool;

  @BeforeAll
  static void start() {
    pool = Pool.builder(Kinds.class, ServedKinds.class).minWorkers(1).maxWorkers(1).start();
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  @Test
  @DisplayName("P.4 records, enums, Optional, java.time, byte[] and arrays, nested and generic")
  void typedValues() {
    Item inner =
        new Item("λ", Colour.GREEN, Optional.empty(), Instant.EPOCH, new byte[0], new int[0]);
    Item item =
        new Item(
            "outer",
            Colour.RED,
            Optional.of(inner),
            Instant.parse("2026-01-02T03:04:05.123456789Z"),
            new byte[] {0, -1, 127, -128},
            new int[] {1, Integer.MIN_VALUE});
    assertThat(pool.sync().item(item)).usingRecursiveComparison().isEqualTo(item);
    assertThat(pool.sync().item(null)).isNull();
    var dates =
        Map.of("a", List.of(Optional.of(LocalDate.of(2024, 2, 29)), Optional.<LocalDate>empty()));
    assertThat(pool.sync().dates(dates)).isEqualTo(dates);
  }

  @Test
  @DisplayName("Unicode, nesting, 64-bit limits, big numbers and doubles come back as they went")
  void untypedValues() {
    Object deep = "bottom";
    for (int i = 0; i < 400; i++) {
      deep = List.of(deep);
    }
    List<Object> values =
        Arrays.asList(
            "λ 😀 \u0000 \u2028 \\ \" é",
            "",
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            new BigInteger("123456789012345678901234567890"),
            new BigDecimal("0.1000000000000000000000000001"),
            Double.MIN_VALUE,
            Double.MAX_VALUE,
            0.1,
            true,
            null,
            Map.of("", List.of(Map.of())),
            deep);
    assertThat(pool.sync().echo(values.toArray())).isEqualTo(values);
    assertThat(pool.sync().add(Long.MAX_VALUE, 1)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  @DisplayName("a string of 20 MiB travels both ways")
  void largeString() {
    String large = "aλ😀".repeat(3 << 20);
    assertThat(pool.sync().echo(large).getFirst().equals(large)).isTrue();
  }

  @Test
  @DisplayName("P.5 an exception comes with class, message, causes and the worker's frames")
  void exception() {
    assertThatThrownBy(() -> pool.sync().fail("on purpose"))
        .isInstanceOfSatisfying(
            CallFailedException.class,
            e -> {
              var remote = e.remote().orElseThrow();
              assertThat(remote.className()).isEqualTo("java.lang.IllegalStateException");
              assertThat(remote).hasMessage("on purpose");
              assertThat(remote.getStackTrace()[0].getMethodName()).isEqualTo("fail");
              assertThat(remote.getCause()).hasToString("java.io.IOException: below");
              assertThat(e.getStackTrace())
                  .extracting(StackTraceElement::getMethodName)
                  .contains("exception");
            });
  }

  @Test
  @DisplayName("P.5 an exception keeps the worker inside the checkout; checkoutDone rolls back")
  void rollback() throws Exception {
    List<String> before = pool.sync().done();
    try (Checkout<Kinds> checkout = pool.checkout()) {
      checkout.sync().begin("kept");
      assertThat(failure(checkout.run(k -> k.fail("no")))).isInstanceOf(CallFailedException.class);
      assertThat(checkout.sync().begun()).contains("kept");
    }
    try (Checkout<Kinds> checkout = pool.checkout()) {
      assertThat(checkout.sync().begun()).isEmpty();
      checkout.sync().begin("left open");
    }
    assertThat(pool.sync().begun()).isEmpty();
    assertThat(pool.sync().done())
        .hasSizeLessThanOrEqualTo(before.size() + 1)
        .contains("left open");
    Long sum = result(pool.async(k -> k.add(1, 2)));
    assertThat(sum).isEqualTo(3L);
  }

  @Test
  @DisplayName("an unknown method, a wrong count and a wrong type are answered with what there is")
  void badCalls() {
    assertThat(failure(pool.call("nothing")))
        .isInstanceOf(CallFailedException.class)
        .hasMessageContaining("no method 'nothing'")
        .hasMessageContaining("add(");
    assertThat(failure(pool.call("add", 1))).hasMessageContaining("add with 1 argument is unknown");
    assertThat(failure(pool.call("add", 1, "x"))).isInstanceOf(CallFailedException.class);
  }
}
