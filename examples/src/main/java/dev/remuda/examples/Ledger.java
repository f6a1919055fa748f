package dev.remuda.examples;

/** Accounts in a database; what is done between begin and commit happens whole or not at all. */
public interface Ledger {
  /** Opens a transaction. */
  void begin();

  /** Moves an amount; refused when the account has less. */
  void transfer(String from, String to, long amount);

  /** Makes the open transaction last. */
  void commit();

  /** What an account has; a new one has 1,000. */
  long balance(String account);
}
