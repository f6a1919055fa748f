package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that are taken: a file with one a line, by its subject ({@code
 * CN=billing,O=Acme}) or its fingerprint ({@code sha256:3F:A0…}). What follows # at the beginning
 * of a line is a comment.
 */
final class AllowList {
  private static final int MAX_BYTES = 4 << 20;
  private static final String FINGERPRINT = "sha256:";
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final Path path;
  private final Set<X500Principal> subjects = new HashSet<>();
  private final Set<String> fingerprints = new HashSet<>();

  private AllowList(Path path) {
    this.path = path;
  }

  /** Each line that is neither is named. */
  static AllowList read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException("there is no file " + path);
    }
    if (Files.size(path) > MAX_BYTES) {
      throw new IOException(path + " has more than " + MAX_BYTES + " bytes");
    }
    var list = new AllowList(path);
    List<String> lines = Files.readString(path, UTF_8).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      list.add(lines.get(i).strip(), i + 1);
    }
    return list;
  }

  private void add(String line, int number) throws IOException {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    try {
      if (!line.toLowerCase(Locale.ROOT).startsWith(FINGERPRINT)) {
        subjects.add(new X500Principal(line));
        return;
      }
    } catch (IllegalArgumentException e) {
      throw notUnderstood(line, number, e);
    }
    String hex =
        line.substring(FINGERPRINT.length()).replace(":", "").strip().toLowerCase(Locale.ROOT);
    if (!SHA256.matcher(hex).matches()) {
      throw notUnderstood(line, number, null);
    }
    fingerprints.add(hex);
  }

  private IOException notUnderstood(String line, int number, @Nullable Throwable cause) {
    String shown = line.length() > 100 ? line.substring(0, 100) + "…" : line;
    return new IOException(
        "line "
            + number
            + " of "
            + path
            + " is neither a subject such as CN=billing,O=Acme nor sha256: and 64 digits: "
            + shown,
        cause);
  }

  boolean allows(X509Certificate certificate) {
    return subjects.contains(certificate.getSubjectX500Principal())
        || fingerprints.contains(fingerprint(certificate));
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // it was decoded from that, and SHA-256 is always there
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
