package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The lock beside a unix socket is held: a live server answers there. */
final class SocketInUseException extends IOException {

  private final transient Path socket;
  private final long pid;

  /**
   * @param socket the path of the socket
   * @param pid of the holder as it wrote into the lock file, 0 if it had not yet
   */
  SocketInUseException(Path socket, long pid) {
    super(socket + " is in use by a live server" + owner(pid));
    this.socket = socket;
    this.pid = pid;
  }

  private static String owner(long pid) {
    if (pid == 0) {
      return "";
    }
    boolean own = pid == ProcessHandle.current().pid();
    return " (pid " + pid + (own ? ", this process itself)" : ")");
  }

  Path socket() {
    return socket;
  }

  OptionalLong pid() {
    return pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid);
  }
}
