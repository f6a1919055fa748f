package dev.remuda.client;

import java.nio.ByteBuffer;

/** The bytes of one connection; used on its loop only. */
interface Line {
  /**
   * Sends a copy of these bytes.
   *
   * @param more whether others are about to follow, so that they may go out together
   */
  void send(ByteBuffer bytes, boolean more);

  /** Ends it at once, after what was sent; {@link Owner#ended} follows. */
  void close();

  /** False from the moment that its end has begun. */
  boolean isOpen();

  /** Hears of one connection, on the loop. */
  interface Owner {
    /** It is made: something listens there. */
    void opened(Line line);

    /** It could not be made; nothing follows. */
    void refused(String reason);

    /**
     * It was made and has ended, and the other side has proved that it passed on nothing of what
     * was sent; nothing follows.
     */
    void rejected(String reason);

    /** The bytes are valid during the call only. */
    void received(ByteBuffer bytes);

    /**
     * It has ended; nothing follows.
     *
     * @param reset whether by an error, and not by an orderly end
     */
    void ended(boolean reset);
  }
}
