package dev.remuda.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the ahead-of-time caches of one user lie, shared by all of that user's servers: {@code
 * NAME.aot}, beside it {@code HINT.known}, which remembers what the jars were like for which a name
 * was found. What lies here is run by workers, so nobody else may write to it.
 */
final class AotFolder {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How many caches are kept, those that were used last. */
  static final int KEPT = 20;

  private static final String CACHE = ".aot";
  private static final String DRAFT = ".draft";
  private static final String KNOWN = ".known";
  private static final String LOCK = ".lock";
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");

  /** The JVM's own, which it removes when it is done. */
  private static final String CONFIGURATION = ".config";

  private static final Duration LONGEST_DRAFT = Duration.ofHours(1);
  private static final Duration LONGEST_KNOWN = Duration.ofDays(30);
  private static final int WRITABLE_FOR_OTHERS = 022;

  private final Path path;

  /**
   * A cache.
   *
   * @param identities of the files that it was made from, as of then
   */
  record Found(Path file, List<String> identities) {
    Found {
      identities = List.copyOf(identities);
    }

    /** Whether those files are the same still. */
    boolean isUpToDate() {
      try {
        for (String identity : identities) {
          Path file = AotCommand.fileOf(identity);
          if (file == null || !JarFiles.identity(file).equals(identity)) {
            return false;
          }
        }
        return true;
      } catch (IOException e) {
        return false;
      }
    }
  }

  AotFolder(Path path) {
    this.path = path;
  }

  /** Makes it, for its owner only; one that is there already must be such. */
  void prepare() throws IOException {
    if (path.toString().indexOf(':') >= 0) {
      throw new IOException(path + " has a colon in it, which a JVM takes for the end of a path");
    }
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    requireOwn();
    if (!Files.isWritable(path)) {
      throw new IOException(path + " cannot be written to");
    }
  }

  private void requireOwn() throws IOException {
    int owner = (int) Files.getAttribute(path, "unix:uid");
    int mode = (int) Files.getAttribute(path, "unix:mode");
    if (owner != Linux.ownUid()) {
      throw new IOException(path + " belongs to another user, number " + owner);
    } else if ((mode & WRITABLE_FOR_OTHERS) != 0) {
      throw new IOException(
          path + " can be written to by others, mode " + Integer.toOctalString(mode & 07777));
    }
  }

  /** The cache of that name, whether it is there or not. */
  Path file(String name) {
    return path.resolve(name + CACHE);
  }

  /** Where the cache of that name is made. */
  Path draft(String name) {
    return path.resolve(name + DRAFT);
  }

  /** With what a JVM that was killed has left beside it. */
  void removeDraft(String name) throws IOException {
    Files.deleteIfExists(draft(name));
    Files.deleteIfExists(path.resolve(name + DRAFT + CONFIGURATION));
  }

  /** Removes what trainings have left whose server was killed. */
  void removeAbandoned() throws IOException {
    if (!Files.isDirectory(path)) {
      return;
    }
    requireOwn();
    var names = new TreeSet<String>();
    for (String suffix : List.of(CACHE + LOCK, DRAFT, DRAFT + CONFIGURATION)) {
      for (Path file : list(suffix)) {
        String name = file.getFileName().toString();
        names.add(name.substring(0, name.length() - suffix.length()));
      }
    }
    for (String name : names) {
      if (NAME.matcher(name).matches()) {
        removeAbandoned(name);
      }
    }
    removeOlder(DRAFT, LONGEST_DRAFT);
  }

  private void removeAbandoned(String name) throws IOException {
    try (SocketLock _ = SocketLock.acquire(file(name))) {
      removeDraft(name);
    } catch (SocketInUseException e) {
      // Its server lives, and trains.
    }
  }

  /** Null when it is not there. */
  @Nullable Path existing(String name) throws IOException {
    Path file = file(name);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    requireOwn();
    return file;
  }

  /** Whether any cache is here: if not, nothing need be read to look for one. */
  boolean hasAny() throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (DirectoryStream<Path> caches = Files.newDirectoryStream(path, "*" + CACHE)) {
      return caches.iterator().hasNext();
    }
  }

  /** The cache for a command line whose files are as they were; null if that is not known. */
  @Nullable Found known(AotCommand command) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(knownFile(command), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return null;
    }
    int texts = command.text().size();
    if (lines.size() <= texts || !lines.subList(1, texts + 1).equals(command.text())) {
      return null;
    }
    Path file = NAME.matcher(lines.getFirst()).matches() ? existing(lines.getFirst()) : null;
    if (file == null) {
      return null;
    }
    var found = new Found(file, lines.subList(texts + 1, lines.size()));
    return found.isUpToDate() ? found : null;
  }

  /** The cache for a command line, after reading all of its files; null if there is none. */
  @Nullable Found find(AotCommand command) throws IOException {
    List<Path> files = command.files();
    List<String> identities = AotCommand.identities(files);
    String name = command.name(files);
    Path file = existing(name);
    if (file == null) {
      return null;
    }
    remember(command, files, identities, name);
    return new Found(file, identities);
  }

  /** Spares the next server to read all files, unless they may change without notice. */
  void remember(AotCommand command, List<Path> files, List<String> identities, String name)
      throws IOException {
    for (Path file : files) {
      if (!JarFiles.isSettled(file)) {
        return;
      }
    }
    var lines = new ArrayList<String>();
    lines.add(name);
    lines.addAll(command.text());
    lines.addAll(identities);
    try {
      Path draft = Files.createTempFile(path, command.hint(), DRAFT);
      Files.write(draft, lines, StandardCharsets.UTF_8);
      Files.move(draft, knownFile(command), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot remember {0}: {1}", name, e.toString());
    }
  }

  private Path knownFile(AotCommand command) {
    return path.resolve(command.hint() + KNOWN);
  }

  /** Makes a draft that was found good the cache of its name, whole on the disk before that. */
  Path publish(String name) throws IOException {
    Path draft = draft(name);
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return Files.move(
        draft, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * It is worth being kept longer than others; in a folder that is only read nothing is removed.
   */
  void used(Path cache) {
    try {
      Files.setLastModifiedTime(cache, FileTime.from(Instant.now()));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot touch {0}: {1}", cache, e.toString());
    }
  }

  /** Removes all but the newest caches, and what was left behind by those that were killed. */
  void keepNewest() throws IOException {
    List<Path> caches = list(CACHE);
    var ages = new HashMap<Path, FileTime>();
    for (Path cache : caches) {
      ages.put(cache, modified(cache));
    }
    caches.sort(Comparator.comparing(ages::get, Comparator.reverseOrder()));
    for (Path old : caches.subList(Math.min(KEPT, caches.size()), caches.size())) {
      Files.deleteIfExists(old);
    }
    removeOlder(DRAFT, LONGEST_DRAFT);
    removeOlder(DRAFT + CONFIGURATION, LONGEST_DRAFT);
    removeOlder(KNOWN, LONGEST_KNOWN);
  }

  private void removeOlder(String suffix, Duration age) throws IOException {
    FileTime oldest = FileTime.from(Instant.now().minus(age));
    for (Path file : list(suffix)) {
      if (modified(file).compareTo(oldest) < 0) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<Path> list(String suffix) throws IOException {
    var all = new ArrayList<Path>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*" + suffix)) {
      files.forEach(all::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return all;
  }

  /** Long ago for one that is gone meanwhile. */
  private static FileTime modified(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file);
    } catch (NoSuchFileException e) {
      return FileTime.from(Instant.EPOCH);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
