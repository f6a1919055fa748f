package dev.remuda.protocol;

import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Decides whether the other side's certificate is taken, and says why where it is not. */
final class PeerCheck extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager paths;
  private final Path authorities;
  private final @Nullable AllowList allowed;

  /**
   * Checks by the JDK's own rules, and the list.
   *
   * @param authorities where the authorities were read, for messages
   */
  PeerCheck(X509ExtendedTrustManager paths, Path authorities, @Nullable AllowList allowed) {
    this.paths = paths;
    this.authorities = authorities;
    this.allowed = allowed;
  }

  /** One of the JDK's checks. */
  private interface Check {
    void run() throws CertificateException;
  }

  private void check(X509Certificate[] chain, Check check) throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      // The cause of the cause is what the alert to the other side is chosen by.
      throw new RefusedCertificateException(
          describe(chain) + " " + why(e), e.getCause() == null ? e : e.getCause());
    }
    if (allowed != null && !allowed.allows(chain[0])) {
      throw new RefusedCertificateException(describe(chain) + " is not listed in " + allowed, null);
    }
  }

  private static String describe(X509Certificate[] chain) {
    return chain.length == 0
        ? "the certificate"
        : "the certificate of '"
            + chain[0].getSubjectX500Principal().getName()
            + "', issued by '"
            + chain[0].getIssuerX500Principal().getName()
            + "',";
  }

  private String why(CertificateException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException) {
        return "has expired (" + cause.getMessage() + ")";
      }
      if (cause instanceof CertificateNotYetValidException) {
        return "is not valid yet (" + cause.getMessage() + ")";
      }
      if (cause instanceof CertPathBuilderException) {
        return "does not lead to an authority in " + authorities;
      }
    }
    String message = String.valueOf(e.getMessage());
    boolean host =
        (message.startsWith("No ") && message.contains("subject alternative"))
            || message.startsWith("No name matching");
    return host ? "is not for this host: " + message : "is not taken: " + message;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, () -> paths.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, () -> paths.checkServerTrusted(chain, authType));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, () -> paths.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, () -> paths.checkServerTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> paths.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> paths.checkServerTrusted(chain, authType, engine));
  }

  /** Named to the other side as those whose certificates are taken. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return paths.getAcceptedIssuers();
  }
}
