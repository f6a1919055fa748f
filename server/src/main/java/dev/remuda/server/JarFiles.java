package dev.remuda.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** What is in the jars of a class path, and whether they are still the same. */
final class JarFiles {
  /** A file that was changed less than this ago may change again without its times showing it. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int BUFFER_BYTES = 1 << 16;
  private static final String[] NONE = {};
  private static final String MISSING = "missing";

  /** Contents already read by this process, by {@link #identity}: many pools share their jars. */
  private static final Map<String, String> HASHES = new ConcurrentHashMap<>();

  private JarFiles() {}

  /**
   * The jars, and those that their manifests add to the class path.
   *
   * @throws IOException when one of them is a folder, or cannot be read
   */
  static List<Path> closure(List<Path> jars) throws IOException {
    var all = new LinkedHashSet<Path>();
    var open = new ArrayDeque<Path>(jars);
    while (!open.isEmpty()) {
      Path jar = open.removeFirst();
      if (jar.toString().indexOf('\n') >= 0) {
        throw new IOException("a path with a line break is not supported: " + jar);
      } else if (Files.isDirectory(jar)) {
        throw new IOException(
            "the JDK caches classes of jars only, and " + jar + " is a folder of the class path");
      } else if (all.add(jar) && Files.exists(jar)) {
        open.addAll(namedByManifest(jar));
      }
    }
    return List.copyOf(all);
  }

  private static List<Path> namedByManifest(Path jar) throws IOException {
    var named = new ArrayList<Path>();
    try (var file = new JarFile(jar.toFile(), false)) {
      Manifest manifest = file.getManifest();
      String list =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      for (String entry : list == null || list.isBlank() ? NONE : list.strip().split("\\s+")) {
        URI uri = jar.toUri().resolve(new URI(entry));
        if ("file".equals(uri.getScheme())) {
          named.add(Path.of(uri).normalize());
        }
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IOException("the manifest of " + jar + " names what is no file: " + e, e);
    }
    return named;
  }

  /** The SHA-256 of a file's content, in hexadecimal; reads it once as long as it is the same. */
  static String contentHash(Path file) throws IOException {
    String identity = identity(file);
    String known = HASHES.get(identity);
    if (known != null) {
      return known;
    }
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    } catch (NoSuchFileException e) {
      return MISSING;
    }
    String hash = HexFormat.of().formatHex(digest.digest());
    if (isSettled(file)) {
      HASHES.put(identity, hash);
    }
    return hash;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Another one once the file is replaced or written to, its path at the end. */
  static String identity(Path file) throws IOException {
    try {
      Map<String, Object> is = attributes(file);
      return is.get("size")
          + ":"
          + nanos(is, "lastModifiedTime")
          + ":"
          + nanos(is, "ctime")
          + ":"
          + is.get("ino")
          + " "
          + file;
    } catch (NoSuchFileException e) {
      return MISSING + " " + file;
    }
  }

  /** Whether its times would show that it changes from now on. */
  static boolean isSettled(Path file) throws IOException {
    try {
      Map<String, Object> is = attributes(file);
      long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
      return now - nanos(is, "ctime") > SETTLED_NANOS
          && now - nanos(is, "lastModifiedTime") > SETTLED_NANOS;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private static Map<String, Object> attributes(Path file) throws IOException {
    return Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
  }

  private static long nanos(Map<String, Object> attributes, String time) {
    return ((FileTime) Objects.requireNonNull(attributes.get(time))).to(TimeUnit.NANOSECONDS);
  }
}
