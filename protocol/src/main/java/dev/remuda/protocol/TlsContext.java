package dev.remuda.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What one side of {@code tls:} connections goes by: made of its files, and made anew when those
 * have changed. Files that cannot be used, such as a certificate without its key in the middle of a
 * change, are reported in the log, and what was there before stays in use. Safe for use by any
 * thread; its methods read files.
 */
public final class TlsContext {
  /** TLS 1.3 and nothing else. */
  public static final String PROTOCOL = "TLSv1.3";

  private static final System.Logger LOG = System.getLogger("dev.remuda.tls");

  private final TlsFiles files;
  private final Side side;
  private List<Stamp> stamps;
  private SSLContext current;

  /** Who shows the certificate. */
  public enum Side {
    /** Who listens. */
    SERVER("1.3.6.1.5.5.7.3.1"),
    /** Who connects. */
    CLIENT("1.3.6.1.5.5.7.3.2");

    private final String use;

    Side(String use) {
      this.use = use;
    }

    /** The extended key usage that a certificate must allow, if it limits any. */
    String use() {
      return use;
    }
  }

  /** By which a change of a file is noticed. */
  private record Stamp(@Nullable FileTime modified, long size, @Nullable Object key) {
    static Stamp of(Path path) {
      try {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (IOException e) {
        return new Stamp(null, -1, null);
      }
    }
  }

  private TlsContext(TlsFiles files, Side side) throws IOException {
    this.files = files;
    this.side = side;
    this.stamps = stamp();
    this.current = new TlsReader(files, side).read();
    warnOfReaders();
  }

  /**
   * Reads the files.
   *
   * @throws IOException naming all that is wrong with them: one that is missing or no PEM, an
   *     encrypted key, one that is not the certificate's, a certificate that is out of date
   */
  public static TlsContext of(TlsFiles files, Side side) throws IOException {
    return new TlsContext(files, side);
  }

  /**
   * Looks whether the files can be used.
   *
   * @throws IOException naming all that is wrong with them
   */
  public static void check(TlsFiles files, Side side) throws IOException {
    new TlsReader(files, side).read();
  }

  /** The files. */
  public TlsFiles files() {
    return files;
  }

  /** By the files as they are now, if they can be used; else as they were when they could be. */
  public synchronized SSLContext current() {
    List<Stamp> now = stamp();
    if (!now.equals(stamps)) {
      stamps = now;
      try {
        current = new TlsReader(files, side).read();
        LOG.log(System.Logger.Level.INFO, "TLS goes by changed files from now on: {0}", files);
      } catch (IOException e) {
        LOG.log(
            System.Logger.Level.ERROR,
            "TLS goes on as before, the files that have changed cannot be used: " + e.getMessage());
      }
    }
    return current;
  }

  private List<Stamp> stamp() {
    var all = new ArrayList<Stamp>();
    for (Path file : files.all()) {
      all.add(Stamp.of(file));
    }
    return all;
  }

  private void warnOfReaders() {
    try {
      if (Files.getPosixFilePermissions(files.key()).contains(PosixFilePermission.OTHERS_READ)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "the private key {0} may be read by every user of this host",
            files.key());
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.log(System.Logger.Level.DEBUG, "who may read " + files.key() + " is not known", e);
    }
  }
}
