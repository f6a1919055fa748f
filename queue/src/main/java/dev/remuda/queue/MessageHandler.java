package dev.remuda.queue;

/** What is done with the messages of one type. */
@FunctionalInterface
public interface MessageHandler {
  /**
   * Handles one message. Called by a virtual thread of the consumer's, by as many at once as {@link
   * ConsumeOptions#parallel} says; may block. The message is removed once this returns and is tried
   * again when it throws: the exception's text becomes the message's last error. It is interrupted
   * where the consumer is closed and its patience is over.
   *
   * <p>A message is handled at least once: again where the process ended between this method's
   * return and its removal.
   *
   * @throws Exception to have the message tried again later, or moved to the dead ones after the
   *     last attempt
   */
  void handle(Message message) throws Exception;
}
