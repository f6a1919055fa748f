package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.JsonText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.18 events follows what happens to the workers")
class EventsCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private String address;
  private Command server;

  @BeforeEach
  void serve() {
    address = "unix:" + folder.resolve("s.sock");
    server = Command.start("serve", "--listen", address, "--class", "dev.remuda.examples.Echo");
    server.awaitOut("ready: ");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  @DisplayName("P.18 a line for each, to the last one of a server that ends")
  void followed() {
    try (var events = Command.start("events", address);
        var json = Command.start("events", address, "--json")) {
      events.awaitErr("listening at " + address + ".ctl (pid " + server.pid() + ") since ");
      json.awaitErr("listening");
      assertThat(Command.run("kill", address, "1", "--reason", "why not").status()).isZero();
      events.awaitOut("Echo(2) STARTING -> STANDBY: ready");
      server.signal("TERM");
      Command.Ended ended = events.end();
      assertThat(ended.status()).isZero();
      assertThat(ended.err()).endsWith("the server (pid " + server.pid() + ") has ended\n");
      assertThat(
              ended
                  .out()
                  .lines()
                  .map(line -> line.replaceFirst("^\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  ", "")))
          .satisfiesExactlyInAnyOrder(
              line -> assertThat(line).isEqualTo("Echo(1) STANDBY -> ENDING: why not"),
              line ->
                  assertThat(line)
                      .matches(
                          "Echo\\(1\\) was ended by SIGKILL after .* and 0 checkouts: why not"),
              line -> assertThat(line).matches("Echo\\(2\\) started, pid \\d+"),
              line -> assertThat(line).isEqualTo("Echo(2) STARTING -> STANDBY: ready"),
              line -> assertThat(line).startsWith("no more work is taken: "),
              line -> assertThat(line).startsWith("Echo(2) STANDBY -> RETIRING: "),
              line -> assertThat(line).startsWith("Echo(2) exited with status 0 after "));
      var kinds = new ArrayList<Object>();
      for (String line : json.end().out().lines().toList()) {
        var event = (Map<?, ?>) Objects.requireNonNull(JsonText.read(line));
        assertThat(Instant.parse((String) event.get("at"))).isBefore(Instant.now());
        kinds.add(event.get("event"));
      }
      assertThat(kinds).contains("moved", "ended", "started", "drain").hasSize(7);
    }
  }

  @Test
  @DisplayName("P.18 it ends after --count events, or says that fewer came")
  void counted() {
    try (var two = Command.start("events", address, "--count", "2");
        var many = Command.start("events", address, "--count", "100")) {
      two.awaitErr("listening");
      many.awaitErr("listening");
      server.signal("TERM");
      assertThat(two.end().out().lines()).hasSize(2);
      assertThat(two.end().status()).isZero();
      Command.Ended ended = many.end();
      assertThat(ended.err()).contains("remuda events: only 3 of 100 events came");
      assertThat(ended.status()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.18 whoever has read enough closes the pipe, and sees no Java stack")
  void brokenPipe() {
    var words = new ArrayList<>(List.of("bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}"));
    words.add("bash");
    words.addAll(Command.line(folder, "events", address));
    try (var pipeline = Command.start(new ProcessBuilder(words))) {
      pipeline.awaitErr("listening");
      await()
          .atMost(PATIENCE)
          .until(() -> {
            try (var asked = ControlClient.open(Address.parse(address), PATIENCE)) {
              asked.ask("reload");
            }
            return pipeline.hasEnded();
          });
      Command.Ended ended = pipeline.end();
      assertThat(ended.out()).endsWith("\n0\n");
      assertThat(ended.out().lines()).hasSize(2);
      assertThat(ended.err()).doesNotContain("Exception", "\tat ");
    }
  }
}
