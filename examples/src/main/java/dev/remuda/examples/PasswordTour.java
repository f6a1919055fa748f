package dev.remuda.examples;

import dev.remuda.Pool;
import java.util.concurrent.CompletableFuture;

/** Hashes passwords in worker processes, blocking and not. */
public final class PasswordTour {
  private PasswordTour() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    // Workers are separate JVMs: started on demand, kept hot, killed when they do not answer.
    try (Pool<Passwords> pool = Pool.of(Passwords.class, BcryptPasswords.class)) {
      // Blocks this thread and no other.
      String crypted = pool.sync().hash("secret");
      System.out.println("hashed: " + crypted);

      // Never blocks: the two run at the same time, each in a worker of its own.
      CompletableFuture<Boolean> right = pool.async(p -> p.verify(crypted, "secret"));
      CompletableFuture<Boolean> wrong = pool.async(p -> p.verify(crypted, "guess"));
      System.out.println("'secret' fits: " + right.join());
      System.out.println("'guess' fits: " + wrong.join());
    }
  }
}
