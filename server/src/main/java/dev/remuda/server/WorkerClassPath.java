package dev.remuda.server;

import dev.remuda.context.Deadline;
import dev.remuda.protocol.Message;
import dev.remuda.worker.ServedClass;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The class path of JVM workers: that of this JVM, or the user's with what a worker needs. */
final class WorkerClassPath {
  private static final int SHOWN_ENTRIES = 3;

  private WorkerClassPath() {}

  /** Every jar and folder of this JVM's class path and module path. */
  static List<Path> ofThisJvm() {
    Set<Path> all = new LinkedHashSet<>();
    for (String property : List.of("java.class.path", "jdk.module.path")) {
      for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
        if (!entry.isEmpty()) {
          all.add(Path.of(entry).toAbsolutePath().normalize());
        }
      }
    }
    return List.copyOf(all);
  }

  /**
   * Splits what a user wrote; {@code folder/*} stands for its jars.
   *
   * @throws IllegalArgumentException naming an entry that does not exist
   */
  static List<Path> parse(String classPath) {
    var all = new ArrayList<Path>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (entry.endsWith("/*")) {
        all.addAll(jars(Path.of(entry.substring(0, entry.length() - 2))));
      } else if (!entry.isEmpty()) {
        all.add(existing(Path.of(entry)));
      }
    }
    return all;
  }

  private static List<Path> jars(Path folder) {
    try (var files = Files.newDirectoryStream(existing(folder), "*.jar")) {
      var all = new ArrayList<Path>();
      files.forEach(file -> all.add(file.toAbsolutePath().normalize()));
      all.sort(null);
      return all;
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("class path: cannot list " + folder + ": " + e, e);
    }
  }

  private static Path existing(Path path) {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException("class path: there is no " + path);
    }
    return path.toAbsolutePath().normalize();
  }

  /** What a worker itself needs, before the user's own. */
  static List<Path> withRuntime(List<Path> users) {
    Set<Path> all = new LinkedHashSet<>();
    all.add(locationOf(ServedClass.class));
    all.add(locationOf(Deadline.class));
    all.add(locationOf(Message.class));
    all.add(locationOf(jsonLibrary()));
    all.addAll(users);
    return List.copyOf(all);
  }

  private static Class<?> jsonLibrary() {
    try {
      return Class.forName("com.fasterxml.jackson.core.JsonFactory");
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("jackson-core is not on the class path", e);
    }
  }

  /** True for what every JVM has. */
  static boolean isOfTheJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader.equals(ClassLoader.getPlatformClassLoader());
  }

  /**
   * The jar or folder that a class comes from.
   *
   * @throws IllegalArgumentException when it exists in memory only, as in jshell
   */
  static Path locationOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    String file = "/" + type.getName().replace('.', '/') + ".class";
    URL resource = type.getResource(file);
    try {
      if (source != null
          && source.getLocation() != null
          && source.getLocation().getProtocol().equals("file")
          && resource != null
          && Set.of("file", "jar").contains(resource.getProtocol())) {
        return Path.of(source.getLocation().toURI()).toAbsolutePath();
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(type.getName() + " comes from no file: " + source, e);
    }
    throw new IllegalArgumentException(
        type.getName()
            + " exists only in the memory of this JVM (jshell, or java FILE.java), so no other"
            + " process can load it: compile it into a folder or jar on the class path");
  }

  /** Short enough for one line: whoever misspelt a class does not want to read forty jars. */
  private static String shown(List<Path> classPath) {
    int shown = Math.min(SHOWN_ENTRIES, classPath.size());
    String first =
        String.join(":", classPath.subList(0, shown).stream().map(Path::toString).toList());
    int more = classPath.size() - shown;
    return first + (more == 0 ? "" : " and " + more + " more");
  }

  /**
   * Finds a class as the workers will, without initialising it.
   *
   * @throws IllegalArgumentException when it is not there
   */
  static Class<?> find(String name, List<Path> classPath) {
    try {
      URL[] urls = new URL[classPath.size()];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = classPath.get(i).toUri().toURL();
      }
      // Left open: what it finds may load more when it is looked at.
      return Class.forName(
          name, false, new URLClassLoader(urls, WorkerClassPath.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "there is no class " + name + " on the workers' class path " + shown(classPath), e);
    } catch (LinkageError e) {
      throw new IllegalArgumentException("class " + name + " cannot be loaded: " + e, e);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("not a class path: " + classPath, e);
    }
  }
}
