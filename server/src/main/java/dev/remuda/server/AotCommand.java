package dev.remuda.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a server's workers, as far as an ahead-of-time cache depends on it. A cache
 * is for one such text and for one content of the jars that it names.
 *
 * @param classPath of jars
 * @param text what distinguishes it from others, line by line, but for the jars' contents
 */
record AotCommand(List<Path> classPath, List<String> text) {
  /** Raised when caches are trained otherwise, so that old ones are not found any more. */
  private static final String VERSION = "remuda AOT cache 1";

  /** The file's name differs from one program to another, and no cache depends on it. */
  private static final String NOT_COUNTED = "-XX:ErrorFile=";

  AotCommand {
    classPath = List.copyOf(classPath);
    text = List.copyOf(text);
  }

  static AotCommand of(WorkerProgram.Java program, Map<String, String> environment)
      throws IOException {
    var text = new ArrayList<String>();
    text.add(VERSION);
    text.addAll(build(program.javaHome()));
    for (String argument : program.jvmArguments()) {
      if (!argument.startsWith(NOT_COUNTED)) {
        text.add("flag " + argument);
      }
    }
    for (String variable : AotObstacles.VARIABLES) {
      if (environment.containsKey(variable)) {
        text.add("variable " + variable + "=" + environment.get(variable));
      }
    }
    text.add("class " + program.implementation());
    text.add("interface " + program.contract());
    program.classPath().forEach(path -> text.add("path " + path));
    text.replaceAll(AotCommand::oneLine);
    return new AotCommand(program.classPath(), text);
  }

  /** What a JDK says of itself, and the sizes of what it is made of. */
  private static List<String> build(Path javaHome) throws IOException {
    var lines = new ArrayList<String>();
    Path release = javaHome.resolve("release");
    if (Files.exists(release)) {
      lines.addAll(Files.readAllLines(release, StandardCharsets.UTF_8));
    }
    for (String part : List.of("lib/server/libjvm.so", "lib/modules")) {
      Path file = javaHome.resolve(part);
      lines.add(part + " " + (Files.exists(file) ? Files.size(file) : 0));
    }
    return lines;
  }

  private static String oneLine(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  /** Short, for the name of the file that remembers its cache; two texts may have the same. */
  String hint() {
    long hash = 0xcbf29ce484222325L; // FNV-1a: to load SHA-256 would cost each start milliseconds
    for (byte b : String.join("\n", text).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /**
   * Every file that the class path leads to, those named in manifests too; reads the jars' indexes.
   *
   * @throws IOException when one cannot be read, or is none that a cache can be made for
   */
  List<Path> files() throws IOException {
    return JarFiles.closure(classPath);
  }

  /** The name of its cache: from the text and the contents of the files. Reads all of them. */
  String name(List<Path> files) throws IOException {
    var digest = JarFiles.sha256();
    for (String line : text) {
      digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    for (Path file : files) {
      digest.update(
          (file + " " + JarFiles.contentHash(file) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  /** As they were when this was asked, one line a file; all equal later if nothing has changed. */
  static List<String> identities(List<Path> files) throws IOException {
    try {
      return files.stream().map(AotCommand::identity).toList();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  private static String identity(Path file) {
    try {
      return JarFiles.identity(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file that a line of {@link #identities} is about. */
  static @Nullable Path fileOf(String identity) {
    int blank = identity.indexOf(' ');
    return blank < 0 ? null : Path.of(identity.substring(blank + 1));
  }
}
