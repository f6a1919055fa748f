package dev.remuda.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The arrows of ARCHITECTURE.md, read from what was compiled. */
class ModuleArrowsTest {
  private static final Map<String, ModuleDescriptor> MODULES = new TreeMap<>();
  private static JavaClasses classes;

  @BeforeAll
  static void readWhatWasCompiled() {
    Path[] classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> entry.toString().matches(".*(target/classes|/remuda-[^/]*\\.jar)"))
            .toArray(Path[]::new);
    ModuleFinder.of(classPath).findAll().stream()
        .map(ModuleReference::descriptor)
        .forEach(module -> MODULES.put(module.name(), module));
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.remuda");
  }

  @Test
  @DisplayName("each module reads these of ours and no other")
  void eachModuleReadsOnlyWhatItMay() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    MODULES.forEach((name, module) -> arrows.put(shortened(name), ours(module)));

    assertThat(arrows)
        .isEqualTo(
            Map.of(
                "protocol", Set.of(),
                "context", Set.of(),
                "worker", Set.of("protocol", "context"),
                "server", Set.of("protocol", "worker"),
                "client", Set.of("protocol", "context"),
                "pool", Set.of("client", "server"),
                "queue", Set.of(),
                "daemon", Set.of("pool", "queue"),
                "examples", Set.of("pool", "daemon")));
  }

  @Test
  @DisplayName("a module has one package, and exports it or nothing")
  void aModuleHasOnePackage() {
    assertThat(MODULES).isNotEmpty();
    for (ModuleDescriptor module : MODULES.values()) {
      assertThat(module.packages()).as(module.name()).hasSize(1);
      assertThat(module.exports()).as(module.name()).hasSizeLessThanOrEqualTo(1);
      assertThat(module.exports())
          .as(module.name())
          .noneMatch(ModuleDescriptor.Exports::isQualified);
    }
  }

  @Test
  @DisplayName("client and server know nothing of each other: they meet on the wire")
  void clientAndServerMeetOnTheWire() {
    noClasses()
        .that()
        .resideInAPackage("dev.remuda.client..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.remuda.server..", "dev.remuda.worker..")
        .check(classes);
    noClasses()
        .that()
        .resideInAnyPackage("dev.remuda.server..", "dev.remuda.worker..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.remuda.client..")
        .check(classes);
  }

  @Test
  @DisplayName("a worker starts without Netty, Vert.x, an object mapper or java.util.logging")
  void theWorkersStartPathIsLean() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.remuda.worker..", "dev.remuda.server..", "dev.remuda.protocol..")
        .and()
        .doNotHaveFullyQualifiedName("dev.remuda.worker.LogCapture") // loaded when a log is asked
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.netty..", "io.vertx..", "com.fasterxml.jackson.databind..", "java.util.logging..")
        .check(classes);
  }

  @Test
  @DisplayName("no package needs itself by way of another")
  void packagesHaveNoCycle() {
    slices().matching("dev.(**)").should().beFreeOfCycles().check(classes);
  }

  private static Set<String> ours(ModuleDescriptor module) {
    return module.requires().stream()
        .map(ModuleDescriptor.Requires::name)
        .filter(name -> name.startsWith("dev.remuda."))
        .map(ModuleArrowsTest::shortened)
        .collect(Collectors.toSet());
  }

  private static String shortened(String module) {
    return module.substring("dev.remuda.".length());
  }
}
