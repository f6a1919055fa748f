package dev.remuda.protocol;

import java.io.EOFException;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why there is no TLS with the other side, in words for people. */
public final class TlsTrouble {
  private static final String ALERT = "Received fatal alert: ";
  private static final String OUR_CERTIFICATE = "the other side refused our certificate";
  private static final Map<String, String> ALERTS =
      Map.of(
          "bad_certificate",
          OUR_CERTIFICATE,
          "unsupported_certificate",
          OUR_CERTIFICATE,
          "certificate_revoked",
          OUR_CERTIFICATE,
          "certificate_expired",
          OUR_CERTIFICATE + ": it has expired there",
          "certificate_unknown",
          OUR_CERTIFICATE + ": its log says why",
          "unknown_ca",
          OUR_CERTIFICATE + ": it does not know who issued it",
          "certificate_required",
          "the other side asks for a certificate",
          "access_denied",
          OUR_CERTIFICATE,
          "protocol_version",
          "the other side does not speak TLS 1.3",
          "handshake_failure",
          "no cipher or kind of key is common to both sides");

  private static final Set<String> REFUSALS = Set.of("unknown_ca", "access_denied");

  private TlsTrouble() {}

  /**
   * True for what the other side says in its handshake only, and with the authority of its
   * certificate: it does not take ours.
   */
  public static boolean isRefusal(Throwable cause) {
    String alert = cause instanceof SSLException ? alert(cause) : null;
    return alert != null && (alert.contains("certificate") || REFUSALS.contains(alert));
  }

  private static @Nullable String alert(Throwable cause) {
    String message = cause.getMessage();
    int at = message == null ? -1 : message.indexOf(ALERT);
    return message == null || at < 0 ? null : message.substring(at + ALERT.length()).strip();
  }

  /** One line about why a handshake, or what followed it, failed. */
  public static String explain(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RefusedCertificateException refused) {
        return String.valueOf(refused.getMessage());
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message == null) {
        continue;
      }
      String alert = alert(cause);
      if (alert != null) {
        return ALERTS.getOrDefault(alert, "the other side gave up") + " (" + alert + ")";
      }
      if (message.contains("Empty client certificate chain")) {
        return "it showed no certificate";
      }
      if (message.contains("Unsupported or unrecognized SSL message")) {
        return "what it speaks is not TLS";
      }
      if (message.contains("No appropriate protocol") || message.contains("protocol version")) {
        return "it does not speak TLS 1.3";
      }
    }
    if (failure instanceof EOFException || failure.getCause() instanceof EOFException) {
      return "it ended the connection in the middle of the TLS handshake";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
