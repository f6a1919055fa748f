package dev.remuda.server;

import java.time.Duration;

/**
 * What a gateway takes upon itself.
 *
 * @param connections how many it forwards at a time; more are refused
 * @param handshakes how many may be in their handshake; one more, and the oldest must make way
 * @param handshake how long one may take
 * @param linger how long a connection that is over is held, so that what was sent last arrives
 */
record GatewayLimits(int connections, int handshakes, Duration handshake, Duration linger) {
  static final GatewayLimits USUAL =
      new GatewayLimits(2_048, 256, Duration.ofSeconds(5), Duration.ofSeconds(2));
}
