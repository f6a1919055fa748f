package dev.remuda;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;

/** Issues real certificates, good and bad ones, and writes them as PEM files. */
public final class TestAuthority {
  private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());
  private static final byte[] ECDSA_SHA256 = {6, 8, 42, -122, 72, -50, 61, 4, 3, 2};
  private static final byte[] BASIC_CONSTRAINTS = {6, 3, 0x55, 0x1D, 0x13};
  private static final byte[] SUBJECT_ALTERNATIVE_NAME = {6, 3, 0x55, 0x1D, 0x11};
  private static final byte[] TRUE = {1, 1, -1};

  private final KeyPair keys = keys("EC");
  private final X500Principal name;

  /** Its own certificate. */
  public final Path file;

  /** The authority's own certificate is written to {@code NAME.pem}. */
  public TestAuthority(Path folder, String name) throws Exception {
    this.name = new X500Principal("CN=" + name);
    file = folder.resolve(name + ".pem");
    byte[] constraints = extension(BASIC_CONSTRAINTS, TRUE, der(0x30, TRUE));
    write(file, "CERTIFICATE", certificate(this.name, keys.getPublic(), VALID, constraints));
  }

  /** From when to when, counted from now. */
  public record Validity(Duration from, Duration to) {}

  public static final Validity VALID = new Validity(Duration.ofDays(-1), Duration.ofDays(30));
  public static final Validity EXPIRED = new Validity(Duration.ofDays(-9), Duration.ofDays(-1));

  /** A certificate, its key, and the files with both. */
  public record Issued(Path certificate, Path key, X509Certificate parsed, PrivateKey secret) {}

  /** For a client, or a server that nobody knows. */
  public Issued issue(Path folder, String subject) throws Exception {
    return issue(folder, subject, "EC", VALID);
  }

  /**
   * Issues a certificate; files that are there are replaced.
   *
   * @param hosts names and IPv4 addresses of a server
   */
  public Issued issue(
      Path folder, String subject, String algorithm, Validity validity, String... hosts)
      throws Exception {
    KeyPair own = keys(algorithm);
    var names = new ByteArrayOutputStream();
    for (String host : hosts) {
      boolean address = host.matches("[0-9.]+");
      names.writeBytes(
          der(
              address ? 0x87 : 0x82,
              address ? InetAddress.ofLiteral(host).getAddress() : host.getBytes(US_ASCII)));
    }
    byte[] alternatives =
        hosts.length == 0
            ? new byte[0]
            : extension(SUBJECT_ALTERNATIVE_NAME, new byte[0], der(0x30, names.toByteArray()));
    byte[] encoded =
        certificate(new X500Principal("CN=" + subject), own.getPublic(), validity, alternatives);
    Path certificate = folder.resolve(subject + ".pem");
    Path key = folder.resolve(subject + ".key");
    write(certificate, "CERTIFICATE", encoded);
    write(key, "PRIVATE KEY", own.getPrivate().getEncoded());
    var parsed =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(encoded));
    return new Issued(certificate, key, parsed, own.getPrivate());
  }

  private byte[] certificate(
      X500Principal subject, PublicKey key, Validity validity, byte[] extensions)
      throws GeneralSecurityException {
    byte[] algorithm = der(0x30, ECDSA_SHA256);
    byte[] body =
        der(
            0x30,
            der(0xA0, new byte[] {2, 1, 2}),
            der(2, BigInteger.valueOf(SERIAL.incrementAndGet()).toByteArray()),
            algorithm,
            name.getEncoded(),
            der(0x30, time(validity.from), time(validity.to)),
            subject.getEncoded(),
            key.getEncoded(),
            extensions.length == 0 ? extensions : der(0xA3, der(0x30, extensions)));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(body);
    return der(0x30, body, algorithm, der(3, new byte[1], signature.sign()));
  }

  private static byte[] extension(byte[] id, byte[] critical, byte[] value) {
    return der(0x30, id, critical, der(4, value));
  }

  private static byte[] time(Duration fromNow) {
    String text =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'")
            .format(Instant.now().plus(fromNow).atOffset(ZoneOffset.UTC));
    return der(0x18, text.getBytes(US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    var all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.size();
    if (length < 128) {
      all.write(length);
    } else {
      byte[] digits = BigInteger.valueOf(length).toByteArray();
      int skip = digits[0] == 0 ? 1 : 0;
      all.write(0x80 | (digits.length - skip));
      all.write(digits, skip, digits.length - skip);
    }
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }

  private static KeyPair keys(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    switch (algorithm) {
      case "EC" -> generator.initialize(256);
      case "RSA" -> generator.initialize(2048);
      default -> {
        // it has one size
      }
    }
    return generator.generateKeyPair();
  }

  static void write(Path file, String label, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
  }
}
