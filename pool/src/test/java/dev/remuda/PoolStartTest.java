package dev.remuda;

import static dev.remuda.PoolSupport.PATIENCE;
import static dev.remuda.PoolSupport.awaitGone;
import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.poolFolders;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.SetupFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@DisplayName("P.40, P.41, P.7 A pool's start, its folder, and its end with the JVM")
@Timeout(120)
@Isolated("hears what all pools log")
class PoolStartTest {
  /** What the pools here serve. */
  public interface Greeter {
    String greet(String name);
  }

  /** Greets. */
  public static final class ServedGreeter implements Greeter {
    @Override
    public String greet(String name) {
      return "hello " + name;
    }
  }

  /** Cannot be made. */
  static final class Unmakeable implements Greeter {
    Unmakeable() {
      throw new IllegalStateException("no licence file");
    }

    @Override
    public String greet(String name) {
      return name;
    }
  }

  abstract static class Abstract implements Greeter {}

  static final class WithArguments implements Greeter {
    private final String text;

    WithArguments(String text) {
      this.text = text;
    }

    @Override
    public String greet(String name) {
      return text;
    }
  }

  @SuppressWarnings("ClassCanBeStatic") // that is the point
  final class Inner implements Greeter {
    @Override
    public String greet(String name) {
      return name;
    }
  }

  /** The main class of a JVM that is killed. */
  static final class Host {
    private Host() {}

    public static void main(String[] arguments) throws IOException {
      var pool =
          Pool.builder(Greeter.class, ServedGreeter.class).minWorkers(2).maxWorkers(2).start();
      pool.sync().greet("x");
      while (pool.stats().idle() < 2) {
        Thread.onSpinWait();
      }
      pool.workers().join().workers().forEach(worker -> System.out.print(worker.pid() + " "));
      System.out.println();
      System.in.read();
    }
  }

  @TempDir Path folder;

  @Test
  @DisplayName("P.40 the socket's folder is its owner's alone, and gone after close")
  void privateFolder() throws Exception {
    List<Path> before = poolFolders();
    List<LogRecord> warnings = new ArrayList<>();
    Handler handler = warningsInto(warnings);
    Logger logger = Logger.getLogger("dev.remuda");
    logger.addHandler(handler);
    var pool = Pool.of(Greeter.class, ServedGreeter.class);
    try {
      List<Path> made = new ArrayList<>(poolFolders());
      made.removeAll(before);
      assertThat(made)
          .isNotEmpty()
          .allSatisfy(path ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                  .isEqualTo("rwx------"));
      assertThat(pool.sync().greet("λ")).isEqualTo("hello λ");
      pool.close();
      assertThat(made).noneMatch(Files::exists);
      pool.close();
      assertThat(warnings).isEmpty();
    } finally {
      pool.close();
      logger.removeHandler(handler);
    }
  }

  private static Handler warningsInto(List<LogRecord> warnings) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (record.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue()) {
          warnings.add(record);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private Process host() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            Host.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<Long> workersOf(BufferedReader lines) throws IOException {
    List<Long> pids = new ArrayList<>();
    try (var words = new Scanner(lines.readLine())) {
      while (words.hasNextLong()) {
        pids.add(words.nextLong());
      }
    }
    return pids;
  }

  private List<Path> left() throws IOException {
    try (var all = Files.list(folder)) {
      return all.filter(p -> p.getFileName().toString().startsWith("remuda-pool-")).toList();
    }
  }

  @Test
  @DisplayName("P.40 workers die with a killed JVM; its folder is swept by the next pool")
  void killedHost() throws Exception {
    Process killed = host();
    try (BufferedReader lines = killed.inputReader()) {
      List<Long> pids = workersOf(lines);
      assertThat(pids).hasSize(2);
      killed.destroyForcibly().waitFor();
      awaitGone(pids);
    }
    List<Path> dead = left();
    assertThat(dead).hasSize(1);
    Process next = host();
    try (BufferedReader lines = next.inputReader()) {
      List<Long> pids = workersOf(lines);
      assertThat(left()).hasSize(1).doesNotContainAnyElementsOf(dead);
      next.destroy(); // SIGTERM: the JVM leaves in order
      next.waitFor();
      awaitGone(pids);
    }
  }

  @Test
  @DisplayName("P.41 a class of a jar that only its own loader knows is served")
  void classFromAJar() throws Exception {
    Path sources = Files.createDirectory(folder.resolve("src"));
    Path source = sources.resolve("Shout.java");
    Files.writeString(
        source, "public class Shout { public String shout(String x) { return x + \"!\"; } }");
    compile("-d", sources.toString(), source.toString());
    Path jar = folder.resolve("shout.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("Shout.class"));
      Files.copy(sources.resolve("Shout.class"), out);
      out.closeEntry();
    }
    try (var loader = new URLClassLoader(new java.net.URL[] {jar.toUri().toURL()});
        var pool = Pool.builder(loader.loadClass("Shout")).minWorkers(1).maxWorkers(1).start()) {
      assertThat(pool.call("shout", "hey").get()).isEqualTo("hey!");
    }
  }

  @Test
  @DisplayName("P.41 an interface from another jar than its class goes to the workers too")
  void interfaceInAnotherJar() throws Exception {
    Path contracts = Files.createDirectory(folder.resolve("contracts"));
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Path contract = folder.resolve("Shouting.java");
    Path served = folder.resolve("Shouter.java");
    Files.writeString(contract, "public interface Shouting { String shout(String x); }");
    Files.writeString(
        served,
        "public class Shouter implements Shouting {"
            + " public String shout(String x) { return x + \"!\"; } }");
    compile("-d", contracts.toString(), contract.toString());
    compile("-cp", contracts.toString(), "-d", classes.toString(), served.toString());
    java.net.URL[] both = {contracts.toUri().toURL(), classes.toUri().toURL()};
    try (var loader = new URLClassLoader(both);
        var pool = typed(loader.loadClass("Shouting"), loader.loadClass("Shouter"))) {
      assertThat(pool.call("shout", "hey").get()).isEqualTo("hey!");
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> Pool<T> typed(Class<T> contract, Class<?> served) {
    return Pool.builder(contract, (Class<? extends T>) served).minWorkers(1).maxWorkers(1).start();
  }

  @Test
  @DisplayName("P.41 an interface of the JDK needs no jar")
  void interfaceOfTheJdk() throws Exception {
    try (var pool = typed(java.util.function.Supplier.class, Now.class)) {
      assertThat(pool.call("get").get()).isEqualTo("now");
    }
  }

  /** Served by an interface of the JDK. */
  public static final class Now implements java.util.function.Supplier<Object> {
    @Override
    public Object get() {
      return "now";
    }
  }

  private static void compile(String... arguments) {
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments)).isZero();
  }

  /** Loads classes from bytes, as jshell and the source launcher do. */
  private static final class MemoryLoader extends ClassLoader {
    private final Map<String, byte[]> classes;

    MemoryLoader(ClassLoader parent, Map<String, byte[]> classes) {
      super(parent);
      this.classes = classes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = classes.get(name);
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  @Test
  @DisplayName("P.41 a class that exists only in memory is refused with the way out")
  void classInMemory() throws Exception {
    Path source = folder.resolve("Fleeting.java");
    Files.writeString(
        source,
        "public interface Fleeting { String greet(String x); class Served implements Fleeting {"
            + " public String greet(String x) { return x; } } }");
    compile("-d", folder.toString(), source.toString());
    byte[] contract = Files.readAllBytes(folder.resolve("Fleeting.class"));
    byte[] served = Files.readAllBytes(folder.resolve("Fleeting$Served.class"));
    Class<?> inMemory =
        new MemoryLoader(
                getClass().getClassLoader(),
                Map.of("Fleeting", contract, "Fleeting$Served", served))
            .loadClass("Fleeting$Served");
    List<Path> before = poolFolders();
    assertThatThrownBy(() -> Pool.builder(inMemory).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "Fleeting$Served exists only in the memory", "compile it into a folder or jar");
    assertThat(before).containsAll(poolFolders()); // those of earlier tests may go meanwhile
  }

  @Test
  @DisplayName("P.2 classes that no worker could serve are refused at once")
  @SuppressWarnings({"unchecked", "rawtypes"})
  void badClasses() {
    for (Class<? extends Greeter> bad :
        List.of(Abstract.class, WithArguments.class, Inner.class, Greeter.class)) {
      assertThatThrownBy(() -> Pool.of(Greeter.class, bad))
          .as(bad.getName())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad.getSimpleName());
    }
    Class contract = ServedGreeter.class;
    assertThatThrownBy(() -> Pool.of(contract, contract))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("all settings that cannot be are named at once, and nothing is left")
  void badSettings() throws Exception {
    List<Path> before = poolFolders();
    assertThatThrownBy(() ->
            Pool.builder(Greeter.class, Abstract.class)
                .name("bad name")
                .minWorkers(-3)
                .maxWorkers(0)
                .timeout(Duration.ofSeconds(-1))
                .idleTimeout(Duration.ZERO)
                .hungWorkerTimeout(Duration.ofSeconds(-5))
                .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "Abstract",
            "bad name",
            "minWorkers",
            "maxWorkers is at least 1, not 0",
            "timeout is positive",
            "idleTimeout",
            "hungWorkerTimeout");
    assertThat(before).containsAll(poolFolders()); // those of earlier tests may go meanwhile
  }

  @Test
  @DisplayName("P.3 a class whose constructor throws: each caller hears why")
  void setupFails() {
    try (var pool =
        Pool.builder(Greeter.class, Unmakeable.class).minWorkers(1).maxWorkers(1).start()) {
      for (int i = 0; i < 2; i++) {
        assertThat(failure(pool.async(g -> g.greet("x"))))
            .isInstanceOf(SetupFailedException.class)
            .hasMessageContaining("no licence file")
            .hasCauseInstanceOf(dev.remuda.client.RemoteException.class);
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(pool.workers().join().trouble()).isPresent());
    }
  }
}
