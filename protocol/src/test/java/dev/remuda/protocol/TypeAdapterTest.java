package dev.remuda.protocol;

import static dev.remuda.protocol.WireJson.read;
import static dev.remuda.protocol.WireJson.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.SampleAdapters.Booking;
import dev.remuda.protocol.SampleAdapters.Cash;
import dev.remuda.protocol.SampleAdapters.Disc;
import dev.remuda.protocol.SampleAdapters.Figure;
import dev.remuda.protocol.SampleAdapters.Listening;
import dev.remuda.protocol.SampleAdapters.Money;
import dev.remuda.protocol.SampleAdapters.Span;
import dev.remuda.protocol.SampleAdapters.Square;
import dev.remuda.protocol.SampleAdapters.Wallet;
import java.lang.reflect.Type;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.4: types that an adapter lets travel")
class TypeAdapterTest {
  /** Declares generic types. */
  @SuppressWarnings("UnusedMethod")
  private interface Declared {
    List<Money> list();

    Map<String, Money> map();

    Optional<Money> optional();

    Set<Money> set();

    List<Figure> figures();

    Span<Instant> span();

    Booking<Integer> booking();
  }

  private static Type declared(String name) throws NoSuchMethodException {
    return Declared.class.getDeclaredMethod(name).getGenericReturnType();
  }

  private static void assertTravels(Type type, Object value, String json) {
    assertThat(write(value)).isEqualTo(json);
    assertThat(read(type, json)).isEqualTo(value);
  }

  @Test
  @DisplayName("P.4 a class travels alone and inside everything that travels natively")
  void travelsAnywhere() throws Exception {
    Money money = new Money("1.50");
    assertTravels(Money.class, money, "\"1.50 EUR\"");
    assertTravels(declared("list"), List.of(money, money), "[\"1.50 EUR\",\"1.50 EUR\"]");
    assertTravels(declared("map"), Map.of("a", money), "{\"a\":\"1.50 EUR\"}");
    assertTravels(declared("optional"), Optional.of(money), "\"1.50 EUR\"");
    assertTravels(declared("optional"), Optional.empty(), "null");
    assertTravels(declared("set"), Set.of(money), "[\"1.50 EUR\"]");
    assertTravels(Money[].class, new Money[] {money}, "[\"1.50 EUR\"]");
    assertTravels(
        Wallet.class,
        new Wallet("me", money, List.of()),
        "{\"owner\":\"me\",\"content\":\"1.50 EUR\",\"coins\":[]}");
  }

  @Test
  @DisplayName("P.4 null is null without asking, an absent component too")
  void nullIsNull() {
    assertThat(read(Money.class, "null")).isNull();
    assertThat(read(Wallet.class, "{}")).isEqualTo(new Wallet(null, null, null));
  }

  @Test
  @DisplayName("P.4 a value is written by the adapter of its class, a subclass of the declared one")
  void subclass() {
    assertThat(write(List.of(new Cash("2")))).isEqualTo("[\"2 EUR\"]");
  }

  @Test
  @DisplayName("P.4 a class of the platform can be taken")
  void platformClass() {
    assertTravels(Currency.class, Currency.getInstance("EUR"), "\"EUR\"");
  }

  @Test
  @DisplayName("P.4 a generic class comes with its arguments, and no variable is left in them")
  void generics() throws Exception {
    String span = "[\"1970-01-01T00:00:00Z\",null]";
    assertThat(write(new Span<>(Instant.EPOCH, null))).isEqualTo(span);
    assertThat(read(declared("span"), span)).hasToString("1970-01-01T00:00:00Z to null");
    var booking = (Booking<?>) read(declared("booking"), "{\"when\":[1,2],\"rest\":[[[3]],[]]}");
    assertThat(booking.when().from).isEqualTo(1);
    assertThat((Object) booking.rest().from).isEqualTo(new List<?>[] {List.of(3)});
    assertThat((Object) booking.rest().to).isEqualTo(new List<?>[0]);
  }

  @Test
  @DisplayName("P.4 the type that an adapter gets equals the platform's own")
  void typesAreThePlatforms() throws Exception {
    for (String name : List.of("list", "map", "span", "booking")) {
      Type own = ResolvedType.of(declared(name)).toType();
      assertThat(own).isEqualTo(declared(name)).hasSameHashCodeAs(declared(name));
      assertThat(declared(name)).isEqualTo(own);
    }
    Type rest = Booking.class.getRecordComponents()[1].getGenericType();
    assertThat(ResolvedType.of(rest).toType().getTypeName())
        .isEqualTo(Span.class.getTypeName() + "<java.util.List<java.lang.Object>[]>");
  }

  @Test
  @DisplayName(
      "P.4 the records of a sealed interface travel by the adapter that can tell them apart")
  void sealedFamily() throws Exception {
    assertTravels(
        declared("figures"), List.of(new Disc(1), new Square(2)), "[{\"disc\":1},{\"square\":2}]");
    assertTravels(Disc.class, new Disc(3), "{\"disc\":3}");
  }

  @Test
  @DisplayName("P.4 types that are known are never asked about")
  void nativeTypesAreNotAsked() throws Exception {
    read(Wallet.class, "{\"owner\":\"a\",\"content\":null,\"coins\":[\"1 EUR\"]}");
    write(List.of("a", 1, 2.0, Instant.EPOCH, Map.of("k", 1), Optional.of(Samples.Level.LOW)));
    write(new Wallet("a", new Money("1"), List.of()));
    assertThat(Listening.ASKED)
        .contains(Money.class.getName())
        .doesNotContain(Wallet.class.getName(), Samples.Level.class.getName())
        .noneMatch(name ->
            name.matches(
                "java\\.(lang\\.(String|Integer|Double)|time.*|util\\..*(List|Map|Optional).*)"));
  }

  @Test
  @DisplayName("P.4 many threads may use one type at the same time")
  void manyThreads() throws Exception {
    WireType wallets = WireType.of(Wallet.class);
    List<Callable<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      var wallet = new Wallet("w" + i, new Money(i + ".5"), List.of(new Money("" + i)));
      calls.add(() -> wallet.equals(wallets.read(WireJson.parse(write(wallet)))));
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (Future<Object> equal : threads.invokeAll(calls)) {
        assertThat(equal.get()).isEqualTo(true);
      }
    }
  }

  @Test
  @DisplayName("P.4 no class loader is kept alive by what was asked about its classes")
  void unloads() throws Exception {
    var gone = new java.lang.ref.ReferenceQueue<ClassLoader>();
    var reference = new java.lang.ref.PhantomReference<>(useForeignClasses(), gone);
    assertThat(reference.refersTo(null)).isFalse();
    long deadline = System.nanoTime() + 20_000_000_000L;
    java.lang.ref.Reference<?> collected = null;
    while (collected == null && System.nanoTime() < deadline) {
      System.gc();
      collected = gone.remove(100);
    }
    assertThat(collected).as("the loader is gone").isNotNull();
  }

  private static ClassLoader useForeignClasses() throws Exception {
    URL own =
        Path.of(Foreign.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toUri()
            .toURL();
    var loader = new Isolated(own);
    Class<?> record = loader.loadClass(Foreign.class.getName());
    assertThat(record.getClassLoader()).isSameAs(loader);
    Object value = WireType.of(record).read(Map.of("x", 5L));
    assertThat(write(value)).isEqualTo("{\"x\":5}");
    Class<?> unknown = loader.loadClass(Unknown.class.getName());
    try {
      write(unknown.getDeclaredConstructor().newInstance());
    } catch (UnwritableValueException expected) {
      assertThat(expected.typeName()).isEqualTo(Unknown.class.getName());
    }
    return loader;
  }

  public record Foreign(int x) {}

  public static final class Unknown {
    public Unknown() {}
  }

  /** Loads the foreign classes itself, all others by the tests' loader. */
  private static final class Isolated extends URLClassLoader {
    Isolated(URL own) {
      super(new URL[] {own}, TypeAdapterTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      boolean foreign =
          name.equals(Foreign.class.getName()) || name.equals(Unknown.class.getName());
      if (!foreign) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known != null ? known : findClass(name);
    }
  }
}
