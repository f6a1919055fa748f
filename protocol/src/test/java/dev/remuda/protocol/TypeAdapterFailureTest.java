package dev.remuda.protocol;

import static dev.remuda.protocol.WireJson.read;
import static dev.remuda.protocol.WireJson.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.remuda.protocol.SampleAdapters.Contested;
import dev.remuda.protocol.SampleAdapters.Deadly;
import dev.remuda.protocol.SampleAdapters.Lied;
import dev.remuda.protocol.SampleAdapters.Money;
import dev.remuda.protocol.SampleAdapters.Prize;
import dev.remuda.protocol.SampleAdapters.Rude;
import dev.remuda.protocol.SampleAdapters.Ruder;
import dev.remuda.protocol.SampleAdapters.Self;
import dev.remuda.protocol.SampleAdapters.Wallet;
import java.io.IOException;
import java.lang.reflect.Type;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.4: adapters that fail")
class TypeAdapterFailureTest {
  private static final String SAMPLES = SampleAdapters.class.getName();

  private static void assertRefused(Type type, String json, String message) {
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(type, json))
        .withMessage(message);
  }

  private static void assertUnwritable(Object value, String message) {
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> write(value))
        .withMessage(message);
  }

  private static void assertCannotTravel(Type type, String message) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> WireType.of(type))
        .withMessage(message);
  }

  @Test
  @DisplayName("P.4 a value that an adapter refuses is named with its place, type and adapter")
  void refusedValue() {
    assertRefused(
        Wallet.class,
        "{\"coins\":[\"1 EUR\",\"1 USD\"]}",
        "$.coins[1]: expected "
            + (SAMPLES + "$Money as " + SAMPLES + "$OfMoney reads it")
            + ", found string \"1 USD\", for which it threw"
            + " java.lang.IllegalArgumentException: no money");
  }

  @Test
  @DisplayName("P.4 whatever an adapter throws, however long, the message is one short line")
  void longReasons() {
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(Rude.class, '"' + "v".repeat(1_000_000) + '"'))
        .withCauseInstanceOf(IOException.class)
        .satisfies(refused ->
            assertThat(refused.getMessage())
                .hasSizeLessThan(500)
                .contains("java.io.IOException: read\\nfailed: xxx")
                .endsWith("…"));
    assertUnwritable(
        List.of(new Rude()),
        "$[0]: "
            + (SAMPLES + "$Rude cannot be written: " + SAMPLES + "$Failing threw")
            + " java.lang.NoClassDefFoundError: write failed");
  }

  @Test
  @DisplayName("P.53 what an adapter makes is of the declared type, or refused")
  void wrongType() {
    String start = "$: expected " + SAMPLES + "$Lied as " + SAMPLES + "$Failing reads it, found ";
    assertRefused(
        Lied.class,
        "\"x\"",
        start + "string \"x\", for which it made an instance of java.lang.String");
    assertRefused(Lied.class, "\"null\"", start + "string \"null\", for which it made null");
  }

  @Test
  @DisplayName("P.5 an error of the machine out of an adapter stays one")
  void fatal() {
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> read(Deadly.class, "1"))
        .withMessage("of the adapter");
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> write(new Deadly()));
  }

  @Test
  @DisplayName("P.4 an adapter that cannot tell what it takes is named")
  void takesFails() {
    String reason = SAMPLES + "$Failing failed: java.lang.IllegalStateException: takes failed";
    assertCannotTravel(Ruder.class, SAMPLES + "$Ruder cannot travel: " + reason);
    assertUnwritable(new Ruder(), "$: " + SAMPLES + "$Ruder cannot be written: " + reason);
  }

  @Test
  @DisplayName("P.4 a type that two adapters take is refused, and both are named")
  void twoTakers() {
    String both = "both " + SAMPLES + "$First and " + SAMPLES + "$Second take it";
    assertCannotTravel(Contested.class, SAMPLES + "$Contested cannot travel: " + both);
    assertUnwritable(new Contested(), "$: " + SAMPLES + "$Contested cannot be written: " + both);
    assertCannotTravel(Prize.class, SAMPLES + "$Prize cannot travel: " + both);
    assertUnwritable(new Prize(1), "$: " + SAMPLES + "$Prize cannot be written: " + both);
  }

  @Test
  @DisplayName("P.4 a type that nobody takes is refused as before, with a word about adapters")
  void noTaker() {
    assertCannotTravel(Thread.class, "java.lang.Thread cannot travel; no TypeAdapter takes it");
    assertCannotTravel(
        Samples.Shape.class,
        Samples.Shape.class.getName()
            + " cannot travel: nothing on the wire may choose the class that implements it;"
            + " no TypeAdapter takes it");
    assertUnwritable(
        List.of(new Object()), "$[0]: java.lang.Object cannot be written; no TypeAdapter takes it");
  }

  @Test
  @DisplayName("P.4 an adapter that gives its own type again ends at the limit of depth")
  void endless() {
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> write(new Self()))
        .withMessageEndingWith("$Self is nested deeper than 512 (a cycle?)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no.such.Adapter",
        "dev.remuda.protocol.TypeAdapterFailureTest",
        "dev.remuda.protocol.TypeAdapterFailureTest$Unmade",
        "not a name"
      })
  @DisplayName(
      "P.4 an adapter that cannot be loaded makes each unknown type say so, not only its own")
  void broken(String provider, @TempDir Path folder) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(TypeAdapter.class.getName()), provider + "\n", UTF_8);
    try (var loader = new OnlyServicesOf(folder.toUri().toURL())) {
      Adapters adapters = Adapters.seenBy(loader);
      for (Class<?> type : List.of(Money.class, Thread.class)) {
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> adapters.find(type))
            .withMessageContaining(provider.equals("not a name") ? folder.toString() : provider)
            .withCauseInstanceOf(java.util.ServiceConfigurationError.class);
      }
    }
  }

  @Test
  @DisplayName("P.4 without any adapter nothing is taken")
  void none(@TempDir Path folder) throws Exception {
    try (var loader = new OnlyServicesOf(folder.toUri().toURL())) {
      assertThat(Adapters.seenBy(loader).find(Money.class)).isNull();
    }
  }

  /** Cannot be made. */
  public static final class Unmade implements TypeAdapter {
    public Unmade() {
      throw new IllegalStateException("unmade");
    }

    @Override
    public boolean takes(Type type) {
      return true;
    }

    @Override
    public Object read(Type type, Object wire) {
      return wire;
    }

    @Override
    public Object write(Object value) {
      return value;
    }
  }

  /** Knows all classes, but only the services of one folder. */
  private static final class OnlyServicesOf extends URLClassLoader {
    OnlyServicesOf(URL folder) {
      super(new URL[] {folder}, TypeAdapterFailureTest.class.getClassLoader());
    }

    @Override
    public java.util.Enumeration<URL> getResources(String name) throws IOException {
      return findResources(name);
    }
  }
}
