package dev.remuda.context;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** The mode of files that logs are written to: 0600. */
final class OwnerOnly {
  private static final FileAttribute<?>[] MODE = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
  };
  private static final FileAttribute<?>[] NONE = {};

  private OwnerOnly() {}

  static FileAttribute<?>[] attributesFor(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix") ? MODE : NONE;
  }
}
