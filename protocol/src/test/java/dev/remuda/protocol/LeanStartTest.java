package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.4: what a worker loads before its first answer")
class LeanStartTest {
  record Ordinary(int number, List<Instant> times, Optional<Ordinary> inner) {}

  /** A program that uses what ordinary interfaces declare, and with an argument one type more. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      var reader = new MessageReader(Limits.DEFAULTS);
      String call = "[\"do\",{},{\"number\":1,\"times\":[\"1970-01-01T00:00:00Z\"]}]";
      reader.feed(ByteBuffer.wrap(call.getBytes(UTF_8)));
      var received = (Message.Do) reader.next();
      Object value = WireType.of(Ordinary.class).read(received.arguments().getFirst());
      var writer = new MessageWriter(Limits.DEFAULTS);
      writer.write(new Message.Ok(Meta.EMPTY, Map.of("value", value)));
      if (arguments.length > 0) {
        WireType.of(SampleAdapters.Money.class);
      }
      System.out.println(UTF_8.decode(writer.written()));
    }
  }

  private static List<String> classesLoaded(String... arguments) throws Exception {
    var command = new java.util.ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Djdk.reflect.useNativeAccessorOnly=true", "-Xlog:class+load=info:stdout:none"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader(UTF_8).readAllLines();
    assertThat(process.waitFor()).as("%s", lines).isZero();
    assertThat(lines).anyMatch(line -> line.startsWith("[\"ok\",{},{\"value\":{\"number\":1,"));
    return lines.stream().map(line -> line.replaceFirst(" source:.*", "")).toList();
  }

  @Test
  @DisplayName("P.4 no adapter is looked for until a type needs one")
  void looksForNoAdapters() throws Exception {
    assertThat(classesLoaded())
        .contains(ValueWriter.class.getName(), RecordKind.class.getName())
        .noneMatch(name -> name.startsWith("dev.remuda.protocol.") && name.contains("Adapter"))
        .noneMatch(name -> name.startsWith("java.util.ServiceLoader$"))
        .noneMatch(name -> name.startsWith("com.fasterxml.jackson.databind"));
    assertThat(classesLoaded("one more"))
        .contains(SampleAdapters.OfMoney.class.getName())
        .anyMatch(name -> name.startsWith("java.util.ServiceLoader$"));
  }
}
