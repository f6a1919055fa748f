package dev.remuda.status;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/** What those know who may see the page. */
final class Token {
  private static final int RANDOM_BYTES = 32;
  private static final int LEAST = 16;
  private static final int MOST = 1_000;
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final byte[] secret;

  private Token(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads it, or makes one. */
  static Token of(Path file) throws IOException {
    try {
      create(file);
      return read(file);
    } catch (FileSystemException | CharacterCodingException e) {
      throw new IOException("the token's file " + file + " cannot be made or read: " + e, e);
    }
  }

  private static Token read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("the token's file " + file + " is no file, or leads to none");
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(mode)) {
      throw new IOException(
          "the token's file "
              + file
              + " can be read by others than its owner: "
              + PosixFilePermissions.toString(mode)
              + " where rw------- is the most");
    }
    if (Files.size(file) > MOST) {
      throw new IOException("the token in " + file + " is longer than " + MOST + " bytes");
    }
    String secret = Files.readString(file).strip();
    if (secret.length() < LEAST) {
      throw new IOException(
          "the token in " + file + " has " + secret.length() + " characters, not " + LEAST);
    }
    return new Token(secret);
  }

  private static void create(Path file) throws IOException {
    var random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    try (var channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNERS))) {
      channel.write(StandardCharsets.UTF_8.encode(secret));
    } catch (FileAlreadyExistsException e) {
      // It is read then.
    }
  }

  /** Takes as long for a wrong one as for the right one. */
  boolean is(String given) {
    return MessageDigest.isEqual(secret, given.getBytes(StandardCharsets.UTF_8));
  }
}
