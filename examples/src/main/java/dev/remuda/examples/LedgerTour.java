package dev.remuda.examples;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
import dev.remuda.client.TaskClient;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.nio.file.Path;

/** Keeps a database transaction in one worker; then serves the same class on a socket. */
public final class LedgerTour {
  private LedgerTour() {}

  /** Takes the folder for the database and the socket. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    String database = "-Dledger.db=" + folder.resolve("ledger.db");

    try (Pool<Ledger> pool =
        Pool.builder(Ledger.class, SqliteLedger.class).jvmArguments(database).start()) {
      // A checkout has one worker to itself, until it is closed.
      try (Checkout<Ledger> ledger = pool.checkout()) {
        ledger.sync().begin();
        ledger.sync().transfer("alice", "bob", 100);
        ledger.sync().commit();
      }
      // This one ends without commit: SqliteLedger.checkoutDone() rolls its transfer back.
      try (Checkout<Ledger> ledger = pool.checkout()) {
        ledger.sync().begin();
        ledger.sync().transfer("alice", "bob", 500);
      }
      System.out.println("alice has " + pool.sync().balance("alice"));
      System.out.println("bob has " + pool.sync().balance("bob"));
    }

    // The same for many programs: a server on a socket, and clients that may start before it.
    String address = "unix:" + folder.resolve("ledger.sock");
    try (TaskClient client = TaskClient.builder().connect(address).build();
        TaskServer server =
            TaskServer.builder()
                .name("ledger")
                .listen(address)
                .serve(Ledger.class, SqliteLedger.class)
                .jvmArguments(database)
                .start()) {
      System.out.println("listening on " + server.addresses());
      System.out.println("bob still has " + client.of(Ledger.class).sync().balance("bob"));
    }
  }
}
