package dev.remuda.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.24 No deadline depends on the wall clock, which may be moved at any time")
class WallClockTest {
  private static JavaClasses classes;

  @BeforeAll
  static void readWhatWasCompiled() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.remuda");
  }

  private static void noneAsksIn(String... packages) {
    noClasses()
        .that()
        .resideInAnyPackage(packages)
        .and()
        // What happened when, for people; ages of files, which the file system knows by that clock.
        .haveNameNotMatching(
            "dev\\.remuda\\.server\\.(AotFolder|AotStatus|ControlCommands|Events|GatewayRefusals"
                + "|JarFiles|PrivateSocket|Supervisor)(\\$.*)?")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(ZonedDateTime.class, "now")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callConstructor(Date.class)
        .check(classes);
  }

  @Test
  @DisplayName("P.24 P.25 client, pool and worker never ask what time it is")
  void callersAndWorkers() {
    noneAsksIn("dev.remuda", "dev.remuda.client..", "dev.remuda.protocol..", "dev.remuda.worker..");
  }

  @Test
  @DisplayName("P.6 P.16 P.17 the server asks for what it tells people, and for the age of files")
  void server() {
    noneAsksIn("dev.remuda.server..");
  }
}
