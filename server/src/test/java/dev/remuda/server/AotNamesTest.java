package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.9 Which AOT cache is for which command line, and how many are kept")
class AotNamesTest {
  @TempDir Path folder;
  private Path first;
  private Path second;

  @BeforeEach
  void makeJars() throws IOException {
    second = jar("second.jar", "");
    first = jar("first.jar", "second.jar missing.jar");
  }

  private Path jar(String name, String classPath) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return jar;
  }

  private AotCommand command(String served, Map<String, String> environment, String... flags)
      throws IOException {
    var program =
        new WorkerProgram.Java(
            Path.of(System.getProperty("java.home")),
            List.of(flags),
            List.of(first),
            served,
            null,
            Duration.ZERO,
            0,
            false,
            null,
            null);
    return AotCommand.of(program, environment);
  }

  private static String name(AotCommand command) throws IOException {
    return command.name(command.files());
  }

  private String usual() throws IOException {
    return name(command("Served", Map.of(), "-XX:+UseSerialGC"));
  }

  @Test
  @DisplayName("P.9 other flags, another collector, class or JVM variable give another name")
  void flags() throws IOException {
    assertThat(usual()).matches("[0-9a-f]{32}").isEqualTo(usual());
    assertThat(
            List.of(
                name(command("Served", Map.of(), "-XX:+UseZGC")),
                name(command("Served", Map.of(), "-XX:+UseSerialGC", "-Xmx64m")),
                name(command("Other", Map.of(), "-XX:+UseSerialGC")),
                name(command("Served", Map.of("JAVA_TOOL_OPTIONS", "-Xmx1g"), "-XX:+UseSerialGC"))))
        .doesNotHaveDuplicates()
        .doesNotContain(usual());
    assertThat(name(command("Served", Map.of("HOME", "/x"), "-XX:+UseSerialGC", "-XX:ErrorFile=x")))
        .isEqualTo(usual());
  }

  @Test
  @DisplayName("P.9 another content gives another name, also of jars that only a manifest names")
  void contents() throws IOException {
    String before = usual();
    JarsOfTheTests.change(second, second);
    String changed = usual();
    assertThat(changed).isNotEqualTo(before);
    Files.copy(second, folder.resolve("missing.jar"));
    assertThat(usual()).isNotIn(before, changed);
    Files.delete(folder.resolve("missing.jar"));
    Files.setLastModifiedTime(second, FileTime.from(Instant.EPOCH));
    assertThat(usual()).isEqualTo(changed);
  }

  @Test
  @DisplayName(
      "P.9 the same content at another time is found by reading it, at the same by looking")
  void known() throws IOException {
    var caches = new AotFolder(folder.resolve("caches"));
    caches.prepare();
    AotCommand command = command("Served", Map.of());
    assertThat(caches.hasAny()).isFalse();
    assertThat(caches.find(command)).isNull();
    Files.createFile(caches.file(name(command)));
    assertThat(caches.hasAny()).isTrue();
    assertThat(caches.known(command)).isNull();
    AotFolder.Found found = caches.find(command);
    assertThat(found).isNotNull();
    assertThat(found.isUpToDate()).isTrue();
    // Jars as young as these may change again without their times showing it.
    assertThat(caches.known(command)).isNull();
    JarsOfTheTests.change(second, second);
    assertThat(found.isUpToDate()).isFalse();
    assertThat(caches.find(command)).isNull();
  }

  @Test
  @DisplayName("P.9 a folder on the class path is named as the reason why there is none")
  void folders() throws IOException {
    first = folder;
    assertThatThrownBy(() -> command("Served", Map.of()).files())
        .hasMessage(
            "the JDK caches classes of jars only, and %s is a folder of the class path", folder);
  }

  @Test
  @DisplayName("P.9 the newest 20 are kept, and what others make at this moment")
  void twentyAreKept() throws IOException {
    Path path = folder.resolve("caches");
    var caches = new AotFolder(path);
    caches.prepare();
    Instant now = Instant.now();
    var all = new ArrayList<Path>();
    for (int i = 0; i < 25; i++) {
      all.add(Files.createFile(caches.file("%032x".formatted(i))));
      Files.setLastModifiedTime(all.get(i), FileTime.from(now.minusSeconds(1_000L - i)));
    }
    Path underWay = Files.createFile(caches.draft("%032x".formatted(99)));
    Path abandoned = Files.createFile(caches.draft("%032x".formatted(98)));
    Files.setLastModifiedTime(abandoned, FileTime.from(now.minus(Duration.ofHours(2))));
    caches.used(all.getFirst());
    caches.keepNewest();
    try (Stream<Path> left = Files.list(path)) {
      var expected = new ArrayList<>(all.subList(6, 25));
      expected.add(all.getFirst());
      expected.add(underWay);
      assertThat(left).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  @DisplayName("P.9 a folder that others may write to, or another's, is not used")
  void foreignFolder() throws IOException {
    Path path = folder.resolve("caches");
    var caches = new AotFolder(path);
    caches.prepare();
    AotCommand command = command("Served", Map.of());
    Files.createFile(caches.file(name(command)));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwx---"));
    assertThatThrownBy(() -> caches.find(command))
        .hasMessage("%s can be written to by others, mode 770", path);
    assertThatThrownBy(caches::prepare).hasMessageContaining("written to by others");
  }

  @ParameterizedTest
  @DisplayName("P.9 flags beside which there can be no cache of ours are named")
  @ValueSource(
      strings = {
        "-XX:AOTCache=my.aot",
        "-XX:AOTMode=off",
        "-Xshare:off",
        "-XX:SharedArchiveFile=x.jsa",
        "-javaagent:agent.jar=x",
        "-agentlib:jdwp=transport=dt_socket",
        "--patch-module=a=b",
        "-Xbootclasspath/a:x.jar",
        "@more-flags"
      })
  void obstacles(String flag) {
    assertThat(AotObstacles.find(List.of("-Xmx64m", flag), Map.of())).contains(flag);
    assertThat(AotObstacles.find(List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Xmx64m  " + flag)))
        .contains(flag);
    assertThat(AotObstacles.find(TaskServer.DEFAULT_JVM_ARGUMENTS, Map.of("X", flag))).isNull();
  }

  @Test
  @DisplayName("P.9 where and when, by property, by variable, or as is usual on this system")
  void settings() {
    Properties home = properties(Map.of("user.home", "/home/u"));
    assertThat(AotCache.of(Map.of(), home))
        .isEqualTo(AotCache.in(Path.of("/home/u/.cache/remuda")));
    assertThat(AotCache.of(Map.of("XDG_CACHE_HOME", "/c"), home).folder())
        .isEqualTo(Path.of("/c/remuda"));
    assertThat(AotCache.of(Map.of("XDG_CACHE_HOME", "c"), home).folder())
        .isEqualTo(Path.of("/home/u/.cache/remuda"));
    assertThat(AotCache.of(Map.of("REMUDA_AOT_CACHE", "off"), home)).isEqualTo(AotCache.OFF);
    assertThat(AotCache.of(Map.of(), properties(Map.of()))).isEqualTo(AotCache.OFF);
    assertThat(
            AotCache.of(
                Map.of("REMUDA_AOT_CACHE", "off", "REMUDA_AOT_TRAIN_AFTER", "never"),
                properties(Map.of("remuda.aotCache", "/p"))))
        .isEqualTo(AotCache.in(Path.of("/p")).neverTrained())
        .hasToString("/p, never trained");
    assertThatThrownBy(() -> AotCache.of(Map.of("REMUDA_AOT_CACHE", "caches"), home))
        .hasMessageContainingAll("REMUDA_AOT_CACHE", "absolute, not caches");
    assertThatThrownBy(() -> AotCache.of(Map.of("REMUDA_AOT_TRAIN_AFTER", "10"), home))
        .hasMessageContainingAll("REMUDA_AOT_TRAIN_AFTER", "not '10'");
    assertThatThrownBy(() -> AotCache.in(Path.of("/p")).trainedAfter(Duration.ofDays(-1)))
        .hasMessageContaining("PT-24H");
    assertThatThrownBy(() -> AotCache.in(Path.of("/p")).trainedAtNiceness(20))
        .hasMessageContaining("20");
  }

  private static Properties properties(Map<String, String> values) {
    var properties = new Properties();
    properties.putAll(values);
    return properties;
  }
}
