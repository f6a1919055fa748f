package dev.remuda.queue;

import java.util.Optional;

/** Runs the handler on one message and says what became of it. */
final class Handling {
  static final int MAX_ERROR = 4_000;
  private static final int MAX_CAUSES = 10;

  private final MessageHandler handler;
  private final ConsumeOptions options;
  private final int maxData;

  Handling(MessageHandler handler, ConsumeOptions options, int maxData) {
    this.handler = handler;
    this.options = options;
    this.maxData = maxData;
  }

  /** Why a row is not given to the handler at all. */
  Optional<Outcome> refusal(Held held) {
    ClaimedRow row = held.row();
    if (!row.text()) {
      return dead(held, "data is not text: " + row.length() + " bytes of a BLOB");
    }
    if (row.data() == null && row.length() > maxData) {
      return dead(held, "data of " + row.length() + " characters is over the limit of " + maxData);
    }
    if (row.attempt() > options.maxAttempts()) {
      String last = row.lastError() == null ? "nothing known" : row.lastError();
      return dead(held, "given up after " + options.maxAttempts() + " attempts; the last: " + last);
    }
    return Optional.empty();
  }

  private static Optional<Outcome> dead(Held held, String error) {
    return Optional.of(new Outcome.Dead(held, Texts.bounded(error, MAX_ERROR)));
  }

  @SuppressWarnings("CatchingUnchecked") // whatever a handler throws belongs to its message
  Outcome handle(Held held) {
    try {
      handler.handle(held.message());
      return new Outcome.Done(held);
    } catch (Throwable e) {
      return failure(held, text(e));
    }
  }

  private Outcome failure(Held held, String error) {
    if (held.row().attempt() >= options.maxAttempts()) {
      return new Outcome.Dead(held, error);
    }
    long wait =
        Backoff.next(
            options.firstBackoff().toMillis(),
            options.maxBackoff().toMillis(),
            held.row().backoff());
    return new Outcome.Failed(held, wait, error);
  }

  private static String text(Throwable thrown) {
    try {
      return chain(thrown);
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName() + ", which fails to say more: " + e.getClass().getName();
    }
  }

  private static String chain(Throwable thrown) {
    StringBuilder text = new StringBuilder(thrown.toString());
    Throwable cause = thrown.getCause();
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      text.append("; caused by ").append(cause);
      cause = cause.getCause();
    }
    return Texts.bounded(Texts.wellFormed(text.toString()), MAX_ERROR);
  }
}
