package dev.remuda.protocol;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** The other side's certificate is not taken; the message names it and says why. */
final class RefusedCertificateException extends CertificateException {
  private static final long serialVersionUID = 1L;

  RefusedCertificateException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
