package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The examples of docs/protocol.md")
class ProtocolDocTest {
  @Test
  @DisplayName("are read, and written again, byte for byte")
  void areReadAndWrittenAgainByteForByte() throws IOException {
    List<String> examples = examples();
    assertThat(examples).hasSizeGreaterThan(10);
    for (String example : examples) {
      var reader = new MessageReader(Limits.DEFAULTS);
      reader.feed(ByteBuffer.wrap(example.getBytes(UTF_8)));
      Message message = reader.next();
      assertThat(message).as(example).isNotNull();
      var writer = new MessageWriter(Limits.DEFAULTS);
      writer.write(message);
      assertThat(UTF_8.decode(writer.written()).toString()).isEqualTo(example);
    }
  }

  @Test
  @DisplayName("show every code that there is")
  void showEveryCodeThatThereIs() throws IOException {
    for (Class<?> kind : Message.class.getPermittedSubclasses()) {
      String code = "[\"" + kind.getSimpleName().toLowerCase(java.util.Locale.ROOT) + "\",";
      assertThat(examples()).as(code).anyMatch(example -> example.startsWith(code));
    }
  }

  private static List<String> examples() throws IOException {
    var examples = new ArrayList<String>();
    for (String line : Files.readAllLines(Path.of("../docs/protocol.md"))) {
      if (line.startsWith("C→W ") || line.startsWith("W→C ")) {
        examples.add(line.substring("C→W ".length()));
      }
    }
    return examples;
  }
}
