package dev.remuda.protocol;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that one side of {@code tls:} connections goes by, all in PEM.
 *
 * @param certificate its own certificate first, then those that lead to an authority, if any
 * @param key the private key of that certificate: PKCS#8, not encrypted; RSA, EC or Ed25519
 * @param authorities the certificates that the other side's must lead to
 * @param allowed names or fingerprints of the certificates that are taken, one a line; null for all
 *     that the authorities vouch for
 */
public record TlsFiles(Path certificate, Path key, Path authorities, @Nullable Path allowed) {
  /** Takes whatever the authorities vouch for. */
  public TlsFiles(Path certificate, Path key, Path authorities) {
    this(certificate, key, authorities, null);
  }

  List<Path> all() {
    var all = new ArrayList<>(List.of(certificate, key, authorities));
    if (allowed != null) {
      all.add(allowed);
    }
    return all;
  }

  @Override
  public String toString() {
    return "certificate "
        + certificate
        + ", key "
        + key
        + ", authorities "
        + authorities
        + (allowed == null ? "" : ", allowed " + allowed);
  }
}
