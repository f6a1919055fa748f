package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.1 Addresses")
class AddressTest {
  @Test
  void aUnixAddressIsAPath() {
    assertThat(Address.parse("unix:/run/a b.sock"))
        .isEqualTo(new Address.Unix(Path.of("/run/a b.sock")));
    assertThat(Address.parse("unix:relative:with:colons"))
        .isEqualTo(new Address.Unix(Path.of("relative:with:colons")));
  }

  @ParameterizedTest
  @CsvSource({
    "tcp:127.0.0.1:80, 127.0.0.1, 80",
    "tcp:localhost:0, localhost, 0",
    "tcp:[::1]:65535, ::1, 65535",
    "tcp:::1:1, ::1, 1"
  })
  void aTcpAddressIsAHostAndAPort(String text, String host, int port) {
    assertThat(Address.parse(text)).isEqualTo(new Address.Tcp(host, port));
  }

  @Test
  void aTlsAddressIsAHostAndAPort() {
    assertThat(Address.parse("tls:server.example:7443"))
        .isEqualTo(new Address.Tls("server.example", 7443));
    assertThatThrownBy(() -> Address.parse("tls:a:65536"))
        .hasMessage("tls:HOST:PORT needs a host and a port from 0 to 65535: tls:a:65536");
    assertThatThrownBy(() -> Address.parse("tls:a")).hasMessage("not a port number in 'tls:a'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"unix:/run/x.sock", "tcp:localhost:1", "tcp:[::1]:65535", "tls:[::1]:7443"})
  void anAddressIsPrintedAsItIsWritten(String text) {
    assertThat(Address.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"\", \"not an address: '' (write unix:PATH, tcp:HOST:PORT or tls:HOST:PORT)\"",
        "/run/x, \"not an address: '/run/x' (write unix:PATH, tcp:HOST:PORT or tls:HOST:PORT)\"",
        "UNIX:/x, \"not an address: 'UNIX:/x' (write unix:PATH, tcp:HOST:PORT or tls:HOST:PORT)\"",
        "ssl:a:1, \"not an address: 'ssl:a:1' (write unix:PATH, tcp:HOST:PORT or tls:HOST:PORT)\"",
        "unix:, \"the path of a unix socket has 1 to 106 bytes, this has 0: \"",
        "tcp:localhost, not a port number in 'tcp:localhost'",
        "tcp:localhost:, not a port number in 'tcp:localhost:'",
        "tcp:localhost:x, not a port number in 'tcp:localhost:x'",
        "tcp::80, tcp:HOST:PORT needs a host and a port from 0 to 65535: tcp::80",
        "tcp:80, tcp:HOST:PORT needs a host and a port from 0 to 65535: tcp::80",
        "tcp:a:65536, tcp:HOST:PORT needs a host and a port from 0 to 65535: tcp:a:65536",
        "tcp:a:-1, tcp:HOST:PORT needs a host and a port from 0 to 65535: tcp:a:-1",
        "tcp:[[]]:1, \"tcp:HOST:PORT has one pair of brackets at the most, around an IPv6 host:"
            + " []\"",
        "tls:[a]b:1, \"tls:HOST:PORT has one pair of brackets at the most, around an IPv6 host:"
            + " [a]b\""
      })
  void whatIsWrongIsSaid(String text, String problem) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem);
  }

  @Test
  void theLengthOfAPathIsCountedInBytes() {
    String longest = "/" + "λ".repeat(52) + "x";
    assertThat(Address.parse("unix:" + longest)).hasToString("unix:" + longest);
    assertThatThrownBy(() -> Address.parse("unix:" + longest + "x"))
        .hasMessage("the path of a unix socket has 1 to 106 bytes, this has 107: " + longest + "x");
  }

  @Test
  void aPathWithANulIsRefused() {
    assertThatThrownBy(() -> Address.parse("unix:/a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not a path: unix:/a");
  }
}
