package dev.remuda.queue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Any bytes as a kick, by datagram and by notification: it is none, or one that is said again. */
public final class KickFuzz {
  private KickFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    Optional<KickMessage> kick = KickMessage.decode(ByteBuffer.wrap(input));
    if (kick.isPresent() && !kick.get().encode().equals(ByteBuffer.wrap(input))) {
      throw new IllegalStateException("said again otherwise: " + kick);
    }
    Optional<KickMessage> told = KickMessage.parse(new String(input, StandardCharsets.UTF_8));
    if (told.isPresent() && !KickMessage.parse(told.get().text()).equals(told)) {
      throw new IllegalStateException("told again otherwise: " + told);
    }
  }
}
