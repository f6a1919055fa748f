package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The examples of docs/protocol.md")
class ProtocolDocTest {
  private static final Set<String> FROM_CLIENTS = Set.of("do", "dn", "hi", "ab", "ak");
  private static final Set<String> FROM_WORKERS = Set.of("ok", "er", "hi", "rd", "rt", "pr");

  /** What only a worker's answer to an abort has, which is written in pieces. */
  private static final Set<String> OF_ABORTS = Set.of("ab", "dump");

  @Test
  @DisplayName("are read, and written again, byte for byte")
  void areReadAndWrittenAgainByteForByte() throws IOException {
    List<String> lines = lines();
    assertThat(lines).hasSizeGreaterThan(40);
    for (String line : lines) {
      String example = line.substring(4);
      var writer = new MessageWriter(Limits.DEFAULTS);
      writer.write(read(example));
      assertThat(UTF_8.decode(writer.written()).toString()).isEqualTo(example);
    }
  }

  @Test
  @DisplayName("stand in wire blocks, where each line is a message of the side that sends it")
  void standInWireBlocks() throws IOException {
    for (String line : lines()) {
      assertThat(line).matches("(C→W|W→C) .*");
      assertThat(line.startsWith("C") ? FROM_CLIENTS : FROM_WORKERS)
          .as(line)
          .contains(read(line.substring(4)).code());
    }
    assertThat(Files.readAllLines(page()).stream().filter(line -> line.matches("(C→W|W→C) .*")))
        .hasSameSizeAs(lines());
  }

  @Test
  @DisplayName("show every code that there is")
  void showEveryCodeThatThereIs() throws IOException {
    for (Class<?> kind : Message.class.getPermittedSubclasses()) {
      String code = kind.getSimpleName().toLowerCase(Locale.ROOT);
      assertThat(lines()).as(code).anyMatch(line -> line.substring(4).startsWith("[\"" + code));
    }
  }

  @Test
  @DisplayName("show every capability announced by a client and by a worker, and name it in a head")
  void showEveryCapability() throws IOException {
    var announced = EnumSet.noneOf(Capability.class);
    var understood = EnumSet.noneOf(Capability.class);
    for (String line : lines()) {
      Meta meta = read(line.substring(4)).meta();
      WorkerHello worker = meta.worker();
      ClientHello client = meta.client();
      announced.addAll(worker == null ? Set.of() : worker.capabilities());
      understood.addAll(client == null ? Set.of() : client.capabilities());
    }
    assertThat(announced).containsExactlyInAnyOrder(Capability.values());
    assertThat(understood).containsExactlyInAnyOrder(Capability.values());
    String page = Files.readString(page());
    for (Capability capability : Capability.values()) {
      assertThat(page).contains("\n### `" + capability.code() + "`: ");
    }
  }

  @Test
  @DisplayName("show every key of META that can be written, and no other, greetings included")
  void showEveryKey() throws ReflectiveOperationException, IOException {
    var shown = new LinkedHashSet<String>();
    for (String line : lines()) {
      collect(read(line.substring(4)).meta().entries(), "", shown);
    }
    var known = new LinkedHashSet<String>(OF_ABORTS);
    for (Method method : Meta.class.getDeclaredMethods()) {
      if (method.getReturnType() == Meta.class && Modifier.isPublic(method.getModifiers())) {
        collect(written(method).entries(), "", known);
      }
    }
    assertThat(shown).containsExactlyInAnyOrderElementsOf(known);
  }

  /** The names of keys, those inside greetings and failures with the way to them. */
  private static void collect(Map<?, ?> entries, String way, Set<String> names) {
    entries.forEach((key, value) -> {
      names.add(way + key);
      if (value instanceof Map<?, ?> inner) {
        collect(inner, key + ".", names); // not the whole way: a cause has the keys of a failure
      } else if (key.equals("suppressed") && value instanceof List<?> all) {
        all.forEach(each -> collect((Map<?, ?>) each, key + ".", names));
      }
    });
  }

  private static Meta written(Method method) throws ReflectiveOperationException {
    var arguments = new ArrayList<Object>();
    for (Class<?> type : method.getParameterTypes()) {
      arguments.add(argument(type));
    }
    return (Meta) method.invoke(Meta.EMPTY, arguments.toArray());
  }

  private static Object argument(Class<?> type) {
    if (type == ClientHello.class) {
      return new ClientHello(Set.of(), "billing");
    } else if (type == WorkerHello.class) {
      return new WorkerHello(1, "x(1)", Set.of(), "unix:/x.ctl");
    } else if (type == Failure.class) {
      var cause = new Failure("C", "c", List.of(), null, List.of());
      var suppressed = new Failure("S", null, List.of(), null, List.of());
      return new Failure("F", "f", List.of(), cause, List.of(suppressed));
    }
    if (type == String.class) {
      return "a text";
    } else if (type == Map.class) {
      return Map.of(
          "start", 1L, "end", 1L, "logs", List.of(), "timers", List.of(), "data", Map.of("k", 1L));
    }
    assertThat(type).as("a kind of META that this test does not know").isEqualTo(long.class);
    return 1L;
  }

  private static Message read(String example) {
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(ByteBuffer.wrap(example.getBytes(UTF_8)));
    Message message = reader.next();
    assertThat(message).as(example).isNotNull();
    return message;
  }

  private static List<String> lines() throws IOException {
    var lines = new ArrayList<String>();
    boolean inside = false;
    for (String line : Files.readAllLines(page())) {
      if (line.startsWith("```")) {
        inside = line.startsWith("```wire");
      } else if (inside) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static Path page() {
    return Path.of("../docs/protocol.md");
  }
}
