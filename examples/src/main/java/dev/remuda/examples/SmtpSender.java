package dev.remuda.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Hands a mail to the SMTP server of this machine, in the fewest words. */
final class SmtpSender {
  private static final int PATIENCE_MILLIS = 10_000;

  private final int port;

  SmtpSender(int port) {
    this.port = port;
  }

  /** Blocks until the server has taken it. */
  void send(String to, String text) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
      expect(in, '2');
      say(out, in, "HELO localhost", '2');
      say(out, in, "MAIL FROM:<alarm@localhost>", '2');
      say(out, in, "RCPT TO:<" + to + ">", '2');
      say(out, in, "DATA", '3');
      String body = text.replaceAll("\\R", "\r\n").replaceAll("(?m)^\\.", "..");
      say(out, in, "Subject: ALARM\r\n\r\n" + body + "\r\n.", '2');
      say(out, in, "QUIT", '2');
    }
  }

  private static void say(Writer out, BufferedReader in, String line, char expected)
      throws IOException {
    out.append(line).append("\r\n").flush();
    expect(in, expected);
  }

  private static void expect(BufferedReader in, char expected) throws IOException {
    String answer = in.readLine();
    if (answer == null || answer.isEmpty() || answer.charAt(0) != expected) {
      throw new IOException("the SMTP server said " + answer);
    }
  }
}
