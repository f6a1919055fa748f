package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of certificates, or with a private key, in PEM; each error names the file. */
final class PemFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([\\s\\S]*?)-----END \\1-----");
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private final Path path;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(String label, String body) {}

  private PemFile(Path path, String text) {
    this.path = path;
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      blocks.add(new Block(block.group(1), block.group(2)));
    }
  }

  static PemFile read(Path path) throws IOException {
    try {
      if (!Files.isRegularFile(path)) {
        throw new IOException((Files.exists(path) ? "not a file: " : "there is no file ") + path);
      }
      if (Files.size(path) > MAX_BYTES) {
        throw new IOException(
            path + " has " + Files.size(path) + " bytes, more than a PEM file's " + MAX_BYTES);
      }
      return new PemFile(path, Files.readString(path, ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + path, e);
    } catch (AccessDeniedException e) {
      throw new IOException(path + " may not be read by this user", e);
    }
  }

  /** All certificates of the file, at least one. */
  List<X509Certificate> certificates() throws IOException {
    var all = new ArrayList<X509Certificate>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks) {
        if (block.label.equals("CERTIFICATE")) {
          var der = new ByteArrayInputStream(decode(block));
          all.add((X509Certificate) factory.generateCertificate(der));
        }
      }
    } catch (CertificateException e) {
      throw new IOException(path + " holds no certificate that can be read: " + e.getMessage(), e);
    }
    if (all.isEmpty()) {
      throw new IOException(path + " holds no certificate in PEM" + found());
    }
    return all;
  }

  /** The private key of the file. */
  PrivateKey key() throws IOException {
    for (Block block : blocks) {
      if (block.label.equals("PRIVATE KEY")) {
        return key(decode(block));
      }
      if (block.label.endsWith("PRIVATE KEY")) {
        if (block.label.startsWith("ENCRYPTED") || block.body.contains("ENCRYPTED")) {
          throw new IOException(
              "the key in "
                  + path
                  + " is encrypted, and nobody is there to be asked for its passphrase: write it"
                  + " without, openssl pkey -in KEY -out KEY2");
        }
        throw new IOException(
            path
                + " holds a key of the old form '"
                + block.label
                + "': turn it into PKCS#8, openssl pkey -in KEY -out KEY2");
      }
    }
    throw new IOException(path + " holds no private key in PEM" + found());
  }

  private PrivateKey key(byte[] der) throws IOException {
    GeneralSecurityException last = null;
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw new IOException(
        "the key in " + path + " is none of " + String.join(", ", KEY_ALGORITHMS), last);
  }

  private byte[] decode(Block block) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(block.body.strip());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "the block '" + block.label + "' in " + path + " is not base64: " + e.getMessage(), e);
    }
  }

  private String found() {
    return blocks.isEmpty()
        ? ", and nothing else that is PEM"
        : ", but " + String.join(", ", blocks.stream().map(Block::label).distinct().toList());
  }
}
