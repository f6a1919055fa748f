package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Path;

/** Which file the path of a socket leads to, in whatever words it is written. */
final class SocketPath {
  private SocketPath() {}

  /** The same for all paths to one file, which need not be there. */
  static Path canonical(Path path) {
    Path absolute = path.toAbsolutePath();
    Path folder = absolute.getParent();
    Path name = absolute.getFileName();
    if (folder == null || name == null) {
      return absolute;
    }
    try {
      return folder.toRealPath().resolve(name).normalize();
    } catch (IOException e) {
      return absolute.normalize(); // there is no such folder, which is told when it is used
    }
  }
}
