package dev.remuda.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes an {@link SSLContext} of files, and names all that is wrong with them at once. */
final class TlsReader {
  private static final String ANY_USE = "2.5.29.37.0";

  /** Beyond the week that a ticket may live: then none is given, and each handshake is whole. */
  private static final int NO_TICKETS = 8 * 24 * 60 * 60;

  private final TlsFiles files;
  private final TlsContext.Side side;
  private final List<String> problems = new ArrayList<>();

  TlsReader(TlsFiles files, TlsContext.Side side) {
    this.files = files;
    this.side = side;
  }

  /** One of the files. */
  private interface Source<T> {
    T read() throws IOException;
  }

  /** Reads all files, and reports all problems in one exception. */
  SSLContext read() throws IOException {
    List<X509Certificate> chain = part(() -> PemFile.read(files.certificate()).certificates());
    PrivateKey key = part(() -> PemFile.read(files.key()).key());
    List<X509Certificate> authorities =
        part(() -> PemFile.read(files.authorities()).certificates());
    Path list = files.allowed();
    AllowList allowed = list == null ? null : part(() -> AllowList.read(list));
    if (chain != null) {
      requireUsable(chain.getFirst());
      if (key != null && !fit(key, chain.getFirst().getPublicKey())) {
        problems.add(
            "the "
                + key.getAlgorithm()
                + " key in "
                + files.key()
                + " is not that of the certificate of '"
                + name(chain.getFirst())
                + "' in "
                + files.certificate());
      }
    }
    if (authorities != null) {
      requireOneValid(authorities);
    }
    if (chain == null || key == null || authorities == null || !problems.isEmpty()) {
      throw new IOException(String.join("; ", problems));
    }
    try {
      return context(
          new OwnCertificate(key, chain),
          new PeerCheck(trust(authorities), files.authorities(), allowed));
    } catch (GeneralSecurityException e) {
      throw new IOException("no TLS with " + files + ": " + e.getMessage(), e);
    }
  }

  private <T> @Nullable T part(Source<T> source) {
    try {
      return source.read();
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void requireUsable(X509Certificate certificate) {
    String which = "the certificate of '" + name(certificate) + "' in " + files.certificate();
    try {
      certificate.checkValidity();
    } catch (CertificateException e) {
      problems.add(
          which
              + " is valid from "
              + certificate.getNotBefore().toInstant()
              + " to "
              + certificate.getNotAfter().toInstant()
              + ", not now");
    }
    try {
      List<String> uses = certificate.getExtendedKeyUsage();
      if (uses != null && !uses.contains(side.use()) && !uses.contains(ANY_USE)) {
        problems.add(which + " may not be used by a " + side.name().toLowerCase(Locale.ROOT));
      }
    } catch (CertificateParsingException e) {
      problems.add(which + " cannot be read: " + e.getMessage());
    }
  }

  /** During a change of authorities the file may hold the old one as well. */
  private void requireOneValid(List<X509Certificate> authorities) {
    for (X509Certificate authority : authorities) {
      try {
        authority.checkValidity();
        return;
      } catch (CertificateException e) {
        // Perhaps the next.
      }
    }
    problems.add("no certificate in " + files.authorities() + " is valid now");
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private static boolean fit(PrivateKey key, PublicKey publicKey) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // of another kind, or another size
    }
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("authority" + i, authorities.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new IllegalStateException("this JDK has no X.509 trust manager");
  }

  private static SSLContext context(KeyManager own, TrustManager peers)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(new KeyManager[] {own}, new TrustManager[] {peers}, null);
    context.getServerSessionContext().setSessionTimeout(NO_TICKETS);
    return context;
  }
}
