package dev.remuda.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An SMTP server that keeps what it gets: receiver and text. */
final class SmtpSink implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<String> received = new CopyOnWriteArrayList<>();

  SmtpSink() throws IOException {
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  List<String> received() {
    return received;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> serve(socket));
      } catch (IOException e) {
        return; // it is closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
      out.print("220 sink\r\n");
      String to = "";
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("RCPT TO:")) {
          to = line.substring("RCPT TO:".length());
        }
        if (line.equals("DATA")) {
          out.print("354 go on\r\n");
          received.add(to + " " + body(in));
        }
        out.print("250 fine\r\n");
      }
    } catch (IOException e) {
      received.add(e.toString());
    }
  }

  /** What follows the empty line, up to the one with a dot alone. */
  private static String body(BufferedReader in) throws IOException {
    var text = new StringBuilder();
    boolean head = true;
    for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
      if (!head) {
        text.append(text.isEmpty() ? "" : "\n").append(line);
      }
      head = head && !line.isEmpty();
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
