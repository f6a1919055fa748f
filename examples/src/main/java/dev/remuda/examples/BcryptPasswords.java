package dev.remuda.examples;

import at.favre.lib.crypto.bcrypt.BCrypt;

/** {@link Passwords} by bcrypt; {@code -Dbcrypt.cost=N} sets the cost, 10 without it. */
public final class BcryptPasswords implements Passwords {
  private final int cost = Integer.getInteger("bcrypt.cost", 10);

  @Override
  public String hash(String plaintext) {
    return BCrypt.withDefaults().hashToString(cost, plaintext.toCharArray());
  }

  @Override
  public boolean verify(String crypted, String plaintext) {
    return BCrypt.verifyer().verify(plaintext.toCharArray(), crypted).verified;
  }
}
