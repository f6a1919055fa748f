package dev.remuda.examples;

import dev.remuda.queue.MessageQueue;

/**
 * Raises an alarm that {@link MassNotification} carries to every site. Arguments: the database, the
 * text.
 */
public final class DuressButton {
  private DuressButton() {}

  /** Ends when the alarm is durable; it is on its way then. */
  public static void main(String[] arguments) {
    try (MessageQueue queue = MessageQueue.open(arguments[0])) {
      long alarm = queue.enqueue(MassNotification.DURESS, arguments[1]).id();
      System.out.println("alarm " + alarm + " is raised");
    }
  }
}
