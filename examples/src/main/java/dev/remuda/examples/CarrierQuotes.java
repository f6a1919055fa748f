package dev.remuda.examples;

import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskTimer;

/** Asks carriers, each of which takes its time, and one of which does not answer. */
public final class CarrierQuotes implements Quotes {
  private static final System.Logger LOG = System.getLogger("quotes");

  @Override
  public long quote(String carrier, int grams) {
    TaskLog log = TaskLog.current();
    try (TaskTimer _ = log.timer("ask " + carrier)) {
      long cents = ask(carrier, grams);
      log.info(carrier + " wants", cents);
      return cents;
    }
  }

  private static long ask(String carrier, int grams) {
    try {
      Thread.sleep(40L * carrier.length());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (carrier.equals("owl")) {
      LOG.log(System.Logger.Level.WARNING, "{0} does not answer", carrier);
      throw new IllegalStateException("the owl flies by night only");
    }
    return 300 + (long) grams / carrier.length();
  }
}
