package dev.remuda.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Inserts messages. Callers that come while a commit is under way are committed together with the
 * next: one of them does it for all.
 */
final class Enqueuer {
  private static final int MOST_AT_ONCE = 1_000;

  private final MessageStore store;
  private final Kicks kicks;
  private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
  private final ReentrantLock turn = new ReentrantLock();

  Enqueuer(MessageStore store, Kicks kicks) {
    this.store = store;
    this.kicks = kicks;
  }

  private record Request(List<NewMessage> messages, CompletableFuture<List<Enqueued>> inserted) {}

  List<Enqueued> enqueue(List<NewMessage> messages) throws SQLException {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException("called within queue.transaction(…): use its own enqueue");
    }
    var request = new Request(messages, new CompletableFuture<>());
    requests.add(request);
    turn.lock();
    try {
      while (!request.inserted().isDone()) {
        insert(next());
      }
    } finally {
      turn.unlock();
    }
    return result(request);
  }

  private static List<Enqueued> result(Request request) throws SQLException {
    try {
      return request.inserted().get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException failed -> throw failed;
        case RuntimeException failed -> throw failed;
        case Error failed -> throw failed;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("done, and waited for", e);
    }
  }

  private List<Request> next() {
    var together = new ArrayList<Request>();
    int messages = 0;
    for (Request next = requests.peek();
        next != null && (together.isEmpty() || messages + next.messages().size() <= MOST_AT_ONCE);
        next = requests.peek()) {
      together.add(requests.remove());
      messages += next.messages().size();
    }
    return together;
  }

  private void insert(List<Request> together) {
    List<NewMessage> all = together.stream().flatMap(r -> r.messages().stream()).toList();
    try {
      List<Enqueued> inserted = store.enqueue(all);
      int from = 0;
      for (Request request : together) {
        int to = from + request.messages().size();
        request.inserted().complete(inserted.subList(from, to));
        from = to;
      }
      kick(all);
    } catch (SQLException | RuntimeException | Error e) {
      apart(together, e);
    }
  }

  /**
   * What one of them did must not be told to the others. Only what is surely not inserted is tried
   * again.
   */
  private void apart(List<Request> together, Throwable failure) {
    if (together.size() == 1 || failure instanceof UnheardCommitException) {
      together.forEach(request -> request.inserted().completeExceptionally(failure));
      return;
    }
    together.forEach(request -> insert(List.of(request)));
  }

  private void kick(List<NewMessage> messages) {
    Set<String> types = new LinkedHashSet<>();
    messages.forEach(message -> types.add(message.type()));
    types.forEach(kicks::fire);
  }

  /** Runs work in a transaction of the same connection, after which its messages are kicked. */
  <T, X extends Exception> T transaction(int maxData, TransactionWork<T, X> work)
      throws SQLException, X {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException("queue.transaction(…) within another: one is enough");
    }
    var types = new LinkedHashSet<String>();
    T result;
    turn.lock();
    try {
      result =
          store.<T, X>transaction(
              connection -> work.run(new InTransaction(store, connection, maxData, types)));
    } finally {
      turn.unlock();
    }
    types.forEach(kicks::fire);
    return result;
  }

  private record InTransaction(
      MessageStore store, Connection connection, int maxData, Set<String> types)
      implements QueueTransaction {
    @Override
    public Enqueued enqueue(String type, String data, EnqueueOptions options) throws SQLException {
      NewMessage message = NewMessage.of(type, data, options, maxData);
      Enqueued enqueued = store.enqueue(connection, message);
      types.add(type);
      return enqueued;
    }
  }
}
