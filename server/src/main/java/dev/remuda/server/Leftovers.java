package dev.remuda.server;

import java.io.IOException;

/**
 * What servers of this user that were killed have left besides their sockets, which whoever listens
 * there next takes over: private sockets, and caches half made. A lock tells that nobody has them.
 */
final class Leftovers {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  private Leftovers() {}

  /** Removes them on a thread of its own: no start waits for that. */
  static void remove(AotCache caches) {
    Thread.ofPlatform()
        .name("remuda-leftovers")
        .daemon()
        .start(() -> {
          try {
            PrivateSocket.removeDead();
            if (caches.folder() != null) {
              new AotFolder(caches.folder()).removeAbandoned();
            }
          } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot tidy up after others", e);
          }
        });
  }
}
