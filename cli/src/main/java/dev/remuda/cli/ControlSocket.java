package dev.remuda.cli;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Which socket a user means who names a server, and what stands there if it is none. */
final class ControlSocket {
  /** What the path of a control address has behind that of the socket that is served. */
  static final String SUFFIX = ".ctl";

  private ControlSocket() {}

  /**
   * The control address itself, or the one beside the socket that was named.
   *
   * @throws CommandException where there is no socket, or none that may be looked at
   */
  static Address.Unix of(Address named) throws CommandException {
    if (!(named instanceof Address.Unix(Path path))) {
      throw new CommandException(
          ExitStatus.USAGE,
          "a server is asked at a unix socket on its own host, not at "
              + named
              + ": its PATH.ctl, or what its --control says",
          null);
    }
    Path beside = Path.of(path + SUFFIX);
    if (!path.toString().endsWith(SUFFIX) && isSocket(beside)) {
      return new Address.Unix(beside);
    }
    if (isSocket(path)) {
      return new Address.Unix(path);
    }
    throw new CommandException(
        ExitStatus.TIMEOUT,
        path.toString().endsWith(SUFFIX)
            ? "no server: there is no " + path
            : "no server at " + named + ": there is neither " + beside + " nor " + path,
        null);
  }

  /** False where there is nothing. */
  private static boolean isSocket(Path path) throws CommandException {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode");
      if ((mode & FileKind.MASK) == FileKind.SOCKET.bits) {
        return true;
      }
      throw new CommandException(
          ExitStatus.USAGE, path + " is no socket but " + FileKind.of(mode), null);
    } catch (NoSuchFileException e) {
      return false;
    } catch (AccessDeniedException e) {
      throw new CommandException(
          ExitStatus.FAILED, "no permission to look for " + path + " (you are " + user() + ")", e);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.USAGE, "cannot look for " + path + ": " + e.getMessage(), e);
    }
  }

  /** Who may connect, for one who may not. */
  static String permissions(Path path) {
    try {
      PosixFileAttributes file = Files.readAttributes(path, PosixFileAttributes.class);
      return "it belongs to "
          + file.owner().getName()
          + ", with mode "
          + PosixFilePermissions.toString(file.permissions())
          + ", and you are "
          + user();
    } catch (IOException e) {
      return "you are " + user();
    }
  }

  private static String user() {
    return System.getProperty("user.name", "?");
  }

  private enum FileKind {
    SOCKET(0xc000, "a socket"),
    FILE(0x8000, "a file"),
    FOLDER(0x4000, "a folder"),
    PIPE(0x1000, "a pipe"),
    DEVICE(0, "a device");

    static final int MASK = 0xf000;

    private final int bits;
    private final String words;

    FileKind(int bits, String words) {
      this.bits = bits;
      this.words = words;
    }

    static String of(int mode) {
      for (FileKind kind : values()) {
        if ((mode & MASK) == kind.bits) {
          return kind.words;
        }
      }
      return DEVICE.words;
    }
  }
}
