package dev.remuda.server;

import dev.remuda.context.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** A worker's class path of jars only, made from what the tests themselves run with. */
final class JarsOfTheTests {
  private static final String SERVED = "dev/remuda/server/Served";

  private JarsOfTheTests() {}

  /** Worker, protocol, context, JSON library, and the served classes of the tests as the last. */
  static List<Path> make(Path folder) throws IOException {
    var jars = new ArrayList<Path>();
    for (Path location : WorkerClassPath.withRuntime(List.of())) {
      jars.add(jar(location, folder, "", location.hashCode() + ".jar"));
    }
    jars.add(jar(WorkerClassPath.locationOf(Deadline.class), folder, "", "context.jar"));
    jars.add(jar(WorkerClassPath.locationOf(Served.class), folder, SERVED, "served.jar"));
    return jars;
  }

  private static Path jar(Path location, Path folder, String prefix, String name)
      throws IOException {
    if (Files.isRegularFile(location)) {
      return location;
    }
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        var entries = new JarOutputStream(out);
        var files = Files.walk(location)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String entry = location.relativize(file).toString();
        if (entry.startsWith(prefix)) {
          entries.putNextEntry(new JarEntry(entry));
          Files.copy(file, entries);
        }
      }
    }
    return jar;
  }

  /** Adds an entry that means nothing: the content is another. */
  static void change(Path jar, Path from) throws IOException {
    Path draft = jar.resolveSibling(jar.getFileName() + ".new");
    try (var in = new java.util.jar.JarFile(from.toFile());
        OutputStream out = Files.newOutputStream(draft);
        var entries = new JarOutputStream(out)) {
      for (JarEntry entry : in.stream().toList()) {
        entries.putNextEntry(new JarEntry(entry.getName()));
        in.getInputStream(entry).transferTo(entries);
      }
      entries.putNextEntry(new JarEntry("changed-" + System.nanoTime()));
    }
    Files.move(draft, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
