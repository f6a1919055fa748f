package dev.remuda.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Somebody at a socket who answers each message with the next of a list, and then with nothing. */
final class ScriptedControl implements AutoCloseable {
  /** A supervisor's greeting. */
  static final String GREETING =
      "[\"hi\",{\"w\":{\"v\":1,\"pid\":4711,\"id\":\"supervisor\",\"caps\":[\"dl\",\"pr\"]}}]";

  /** Closes the connection, instead of an answer. */
  static final String END = "";

  private final ServerSocketChannel listener;
  private final Path path;

  private ScriptedControl(Path path) throws IOException {
    this.path = path;
    this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(path));
  }

  static ScriptedControl at(Path path, String... answers) throws IOException {
    var control = new ScriptedControl(path);
    Thread.startVirtualThread(() -> control.serve(List.of(answers)));
    return control;
  }

  String address() {
    return "unix:" + path;
  }

  private void serve(List<String> answers) {
    while (listener.isOpen()) {
      try (SocketChannel peer = listener.accept()) {
        serve(peer, answers);
      } catch (IOException e) {
        // closed, or the other side has gone
      }
    }
  }

  private static void serve(SocketChannel peer, List<String> answers) throws IOException {
    var question = ByteBuffer.allocate(64 << 10);
    for (String answer : answers) {
      if (peer.read(question.clear()) < 0 || answer.equals(END)) {
        return;
      }
      ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        peer.write(bytes);
      }
    }
    while (peer.read(question.clear()) >= 0) {
      // it says no more
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
