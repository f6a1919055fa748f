package dev.remuda.cli;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
import dev.remuda.examples.Ledger;
import dev.remuda.examples.SqliteLedger;
import java.util.LinkedHashMap;
import java.util.Map;

/** State that must stay with one worker, and must not outlive its borrower. */
final class DemoLedger {
  private static final long AMOUNT = 100;

  private final DemoReport report;
  private final DemoWorkers herd;

  DemoLedger(DemoReport report, DemoWorkers herd) {
    this.report = report;
    this.herd = herd;
  }

  void run() throws InterruptedException {
    report.title("A transaction", "one worker checked out exclusively, a ledger in SQLite");
    Pool<Ledger> pool =
        herd.start(
            Pool.builder(Ledger.class, SqliteLedger.class)
                .name("ledger")
                .maxWorkers(1)
                .jvmArguments("-Dledger.db=" + herd.file("ledger.db")),
            1);
    long before = pool.sync().balance("alice");
    long within = transfer(pool, false);
    long rolledBack = pool.sync().balance("alice");
    report.check(
        within == before - AMOUNT && rolledBack == before,
        "%d transferred, then released without commit: checkoutDone() rolled back, alice has %,d"
            .formatted(AMOUNT, rolledBack));
    transfer(pool, true);
    long alice = pool.sync().balance("alice");
    long bob = pool.sync().balance("bob");
    report.check(
        alice == before - AMOUNT && bob == before + AMOUNT,
        "%d transferred and committed: alice has %,d, bob %,d".formatted(AMOUNT, alice, bob));
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("rolledBackTo", rolledBack);
    summary.put("committedTo", alice);
    report.summarise("ledger", summary);
    herd.end(pool, 1);
  }

  /** What alice has within the transaction. */
  private static long transfer(Pool<Ledger> pool, boolean commit) {
    try (Checkout<Ledger> ledger = pool.checkout()) {
      ledger.sync().begin();
      ledger.sync().transfer("alice", "bob", AMOUNT);
      long balance = ledger.sync().balance("alice");
      if (commit) {
        ledger.sync().commit();
      }
      return balance;
    }
  }
}
