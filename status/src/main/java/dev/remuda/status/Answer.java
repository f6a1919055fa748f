package dev.remuda.status;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is answered to one request. */
record Answer(int status, String type, String body, Map<String, String> headers) {
  private static final String TEXT = "text/plain; charset=utf-8";

  static Answer text(int status, String body) {
    return new Answer(status, TEXT, body, Map.of());
  }

  static Answer of(String type, String body) {
    return new Answer(200, type, body, Map.of());
  }

  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, type, body, more);
  }

  /** On the loop. */
  void send(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    Buffer bytes = Buffer.buffer(body);
    guard(response).setStatusCode(status).putHeader("Content-Type", type);
    headers.forEach(response::putHeader);
    response.putHeader("Content-Length", Integer.toString(bytes.length()));
    if (request.method().name().equals("HEAD")) {
      response.end();
    } else {
      response.end(bytes);
    }
  }

  /** What every answer says to browsers, whatever it is. */
  static HttpServerResponse guard(HttpServerResponse response) {
    return response
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
}
