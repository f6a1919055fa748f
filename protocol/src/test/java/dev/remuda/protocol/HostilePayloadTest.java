package dev.remuda.protocol;

import static dev.remuda.protocol.WireJson.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.remuda.protocol.SampleAdapters.Figure;
import dev.remuda.protocol.SampleAdapters.Money;
import dev.remuda.protocol.Samples.Level;
import dev.remuda.protocol.Samples.Line;
import dev.remuda.protocol.Samples.Page;
import dev.remuda.protocol.Samples.Tree;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.53: payloads that want a class")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostilePayloadTest {
  private static final AtomicInteger EXPLOSIONS = new AtomicInteger();

  /** By text only: to mention the class would load it. */
  private static final String BOMB = "dev.remuda.protocol.HostilePayloadTest$Bomb";

  private static final List<Type> TARGETS =
      List.of(
          Object.class,
          Map.class,
          List.class,
          Set.class,
          Optional.class,
          String.class,
          Number.class,
          int.class,
          byte[].class,
          Object[].class,
          Line.class,
          Page.class,
          Tree.class,
          Level.class,
          Level[].class,
          Instant.class,
          ZoneId.class,
          UUID.class,
          URI.class,
          Path.class,
          Money.class,
          Figure.class,
          void.class);

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final Listener listener = new Listener(before);

  /** Whoever loads this class by name, as a deserialiser would, is found out. */
  @SuppressWarnings("unused")
  static final class Bomb {
    static {
      EXPLOSIONS.incrementAndGet();
    }

    Bomb() {}

    Bomb(Map<String, Object> values) {}
  }

  /** Remembers what the thread's loader was asked for. */
  private static final class Listener extends ClassLoader {
    final Set<String> asked = ConcurrentHashMap.newKeySet();

    Listener(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      asked.add(name);
      return super.loadClass(name, resolve);
    }
  }

  @BeforeEach
  void listen() {
    Thread.currentThread().setContextClassLoader(listener);
  }

  @AfterEach
  void nothingWasLoaded() {
    Thread.currentThread().setContextClassLoader(before);
    assertThat(EXPLOSIONS).hasValue(0);
    assertThat(listener.asked).noneMatch(name -> name.contains("Bomb"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"@class\":\"BOMB\"}",
        "{\"@type\":\"BOMB\",\"x\":1}",
        "{\"class\":\"BOMB\",\"product\":\"p\",\"price\":1}",
        "{\"$type\":\"BOMB, assembly\"}",
        "{\"__type__\":\"BOMB\",\"__class__\":\"BOMB\",\"clazz\":\"BOMB\",\"type\":\"BOMB\"}",
        "{\"product\":{\"@class\":\"BOMB\"},\"price\":{\"@class\":\"BOMB\"}}",
        "{\"disc\":{\"@class\":\"BOMB\"},\"BOMB\":{}}",
        "[\"BOMB\",{\"x\":1}]",
        "[\"[LBOMB;\",[{}]]",
        "[{\"@class\":\"BOMB\"},[\"BOMB\",[]]]",
        "\"BOMB\"",
        "\"LBOMB;\"",
        "\"!!BOMB []\"",
        "\"rO0ABXNyAC9kZXYucmVtdWRhLnByb3RvY29sLkhvc3RpbGVQYXlsb2FkVGVzdCRCb21i\""
      })
  @DisplayName("P.53 no target makes more of a class's name than a text, or refuses it")
  void namesOfClassesAreTexts(String payload) {
    String json = payload.replace("BOMB", BOMB);
    for (Type target : TARGETS) {
      try {
        Object made = read(target, json);
        assertThat(madeOf(made)).as("%s as %s", json, target).doesNotContain(BOMB);
      } catch (ConversionException refused) {
        assertThat(refused.getMessage()).startsWith("$");
      }
    }
  }

  private static List<String> madeOf(Object made) {
    var names = new ArrayList<String>();
    names.add(made == null ? "null" : made.getClass().getName());
    if (made instanceof Map<?, ?> map) {
      map.forEach((key, value) -> names.addAll(madeOf(value)));
    } else if (made instanceof Iterable<?> all && !(made instanceof Path)) {
      all.forEach(each -> names.addAll(madeOf(each)));
    } else if (made instanceof Object[] all) {
      List.of(all).forEach(each -> names.addAll(madeOf(each)));
    }
    return names;
  }

  @Test
  @DisplayName("P.53 a failure, a greeting and unknown keys of META name classes in vain")
  void metaNamesClassesInVain() {
    String failure =
        "{\"class\":\"" + BOMB + "\",\"frames\":[[\"" + BOMB + "\",\"<clinit>\",null,1]]";
    Message message =
        WireTexts.read(
            "[\"er\",{\"@class\":\""
                + BOMB
                + "\",\"ex\":"
                + failure
                + ",\"cause\":"
                + failure
                + "}}},\"x\"]");
    assertThat(message.meta().failure()).isNotNull();
    assertThat(message.meta().failure().className()).isEqualTo(BOMB);
  }

  @Test
  @DisplayName("P.53 an enum is made by the names of its constants only")
  void enumsByNameOnly() {
    for (String name : List.of(BOMB, "high", "HIGH ", "0", "the highest", "Level.HIGH", "")) {
      assertThatExceptionOfType(ConversionException.class)
          .isThrownBy(() -> read(Level.class, '"' + name + '"'))
          .withMessage("$: expected one of LOW, HIGH, found string \"" + name + '"');
    }
  }

  @Test
  @Order(Integer.MAX_VALUE) // it explodes once
  @DisplayName("P.53 a bomb explodes when it is loaded by name, so these tests can fail")
  void theBombWorks() throws Exception {
    Class.forName(BOMB);
    assertThat(EXPLOSIONS.getAndSet(0)).isEqualTo(1);
  }

  @Test
  @DisplayName("P.53 what the platform refuses is named in one short line, and so are the causes")
  void malformedTextsAreShortened() {
    String tail = " ".repeat(1_000_000);
    for (Type type :
        List.of(URI.class, Path.class, UUID.class, Instant.class, ZoneId.class, byte[].class)) {
      for (Object wire :
          List.of("%\0" + tail, Map.of(tail, tail), Collections.nCopies(1_000, tail))) {
        assertThatExceptionOfType(ConversionException.class)
            .isThrownBy(() -> WireType.of(type).read(wire))
            .satisfies(HostilePayloadTest::isShort);
      }
    }
    for (Type type : List.of(Level.class, Line.class, int.class, boolean.class, double.class)) {
      assertThatExceptionOfType(ConversionException.class)
          .isThrownBy(() -> WireType.of(type).read("x\n" + tail))
          .satisfies(HostilePayloadTest::isShort);
    }
  }

  @Test
  @DisplayName("P.53 a place inside a hostile value is named in one short line")
  void placesAreShortened() {
    Object wire = "no tree";
    for (int i = 0; i < 400; i++) {
      wire = Map.of("children", List.of(wire));
    }
    Object deep = wire;
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> WireType.of(Tree.class).read(deep))
        .satisfies(HostilePayloadTest::isShort);
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(
            () -> WireType.of(Samples.declared("map")).read(Map.of("k\n".repeat(500_000), 1L)))
        .satisfies(HostilePayloadTest::isShort);
  }

  private static void isShort(Throwable refused) {
    for (Throwable step = refused; step != null; step = step.getCause()) {
      assertThat(String.valueOf(step.getMessage())).hasSizeLessThan(600);
    }
    assertThat(refused.getMessage()).doesNotContain("\n").doesNotContain("\0");
  }
}
