package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Protocol: META and greetings")
class MetaTest {
  private static Meta travelled(Meta meta) {
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(new Message.Hi(meta));
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(writer.written());
    return reader.next().meta();
  }

  @Test
  void greetingsComeThrough() {
    var client = new ClientHello(EnumSet.allOf(Capability.class), "billing");
    var worker = new WorkerHello(4711, "passwords(7)", Set.of(Capability.AB), "unix:/run/p.ctl");
    assertThat(travelled(Meta.of(client)).client()).isEqualTo(client);
    assertThat(travelled(Meta.of(worker)).worker()).isEqualTo(worker);
    Meta both = travelled(Meta.of(client).and(worker));
    assertThat(both.client()).isEqualTo(client);
    assertThat(both.worker()).isEqualTo(worker);
  }

  @Test
  void nothingAnnouncedIsNothing() {
    assertThat(Meta.EMPTY.client()).isNull();
    assertThat(Meta.EMPTY.worker()).isNull();
    assertThat(Meta.EMPTY.failure()).isNull();
    assertThat(Meta.EMPTY.aborted()).isFalse();
    assertThat(Meta.EMPTY.dump()).isNull();
  }

  @Test
  void unknownCapabilitiesAndKeysAreIgnored() {
    Meta meta =
        new Meta(Map.of("c", Map.of("v", 9L, "caps", Arrays.asList("zz", 1L, null, "ab"), "q", 1)));
    assertThat(meta.client()).isEqualTo(new ClientHello(Set.of(Capability.AB), ""));
  }

  @Test
  void aKnownKeyOfTheWrongShapeCountsAsAbsent() {
    for (Object wrong : List.of("text", 1L, true, List.of(1L))) {
      Meta meta = new Meta(Map.of("c", wrong, "w", wrong, "ex", wrong, "dump", 1L));
      assertThat(meta.client()).isNull();
      assertThat(meta.worker()).isNull();
      assertThat(meta.failure()).isNull();
      assertThat(meta.dump()).isNull();
    }
    Meta inside = new Meta(Map.of("w", Map.of("pid", "x", "id", 1L, "caps", "ex")));
    assertThat(inside.worker()).isEqualTo(new WorkerHello(0, "", Set.of(), null));
  }

  @Test
  void theReplyToAnAbortCarriesItsDump() {
    Meta meta = new Meta(Map.of("ab", 1L, "dump", "\"main\" #1"));
    assertThat(meta.aborted()).isTrue();
    assertThat(meta.dump()).isEqualTo("\"main\" #1");
  }

  @Test
  void numbersOfExtensionsComeThrough() {
    Meta meta = travelled(Meta.EMPTY.andMillisLeft(250).andBatch(3).andSkipped().andWindow(32));
    assertThat(meta.millisLeft()).isEqualTo(250);
    assertThat(meta.batch()).isEqualTo(3);
    assertThat(meta.skipped()).isTrue();
    assertThat(meta.window()).isEqualTo(32);
    assertThat(travelled(Meta.taken(7)).taken()).isEqualTo(7);
  }

  @Test
  void numbersOfTheWrongShapeCountAsAbsent() {
    for (Object wrong : List.of("1", -1L, 1.5, true, List.of(1L))) {
      Meta meta = new Meta(Map.of("dl", wrong, "b", wrong, "pr", wrong, "n", wrong));
      assertThat(meta.millisLeft()).isEqualTo(-1);
      assertThat(meta.batch()).isZero();
      assertThat(meta.window()).isZero();
      assertThat(meta.taken()).isZero();
    }
    assertThat(Meta.EMPTY.skipped()).isFalse();
  }
}
