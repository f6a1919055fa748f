package dev.remuda.examples;

/** Password hashing: slow on purpose, so no event loop may do it. */
public interface Passwords {
  /** The bcrypt hash of a password, with a fresh salt. */
  String hash(String plaintext);

  /** Whether {@code plaintext} is the password that {@code crypted} was made of. */
  boolean verify(String crypted, String plaintext);
}
