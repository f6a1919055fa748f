package dev.remuda.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server whose every word is written down by the test, on a loop with a clock of its own. */
final class ManualServer implements SimulatedLine.Host {
  private final SimulatedLoop loop;
  private final List<SimulatedLine> lines = new ArrayList<>();

  /** When each attempt to connect was made. */
  final List<Long> attempts = new ArrayList<>();

  /** Why connections are refused; null for as long as they are not. */
  @Nullable String refusal;

  ManualServer(SimulatedLoop loop) {
    this.loop = loop;
  }

  @Override
  public @Nullable String refusal() {
    attempts.add(loop.time());
    return refusal;
  }

  @Override
  public void connected(SimulatedLine line) {
    lines.add(line);
  }

  int connections() {
    return lines.size();
  }

  /** What the client has said on its {@code index}th connection since this was asked last. */
  String heard(int index) {
    loop.settle();
    SimulatedLine line = lines.get(index);
    return new String(line.peerRead(line.readable()), UTF_8);
  }

  boolean isClosed(int index) {
    loop.settle();
    return lines.get(index).isClientGone();
  }

  void say(int index, String text) {
    lines.get(index).peerSend(text.getBytes(UTF_8), text.length());
    loop.settle();
  }

  /** Answers the greeting. */
  void greet(int index, String... capabilities) {
    say(
        index,
        "[\"hi\",{\"w\":{\"v\":1,\"pid\":1,\"id\":\"w("
            + index
            + ")\",\"caps\":[\""
            + String.join("\",\"", capabilities)
            + "\"]}}]");
  }

  void end(int index) {
    lines.get(index).peerClose(false);
    loop.settle();
  }
}
