package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.10 The heap of workers follows what memory their server may have")
class HostMemoryTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private Path groups;

  @BeforeEach
  void tree() throws IOException {
    groups = folder.resolve("cgroup");
    Files.createDirectories(groups.resolve("system.slice/ocr.service/workers"));
  }

  private void limit(String group, String limit) throws IOException {
    Files.writeString(groups.resolve(group).resolve("memory.max"), limit + "\n");
  }

  private long limitOf(String membership) throws IOException {
    Path file = Files.writeString(folder.resolve("membership"), membership);
    return HostMemory.cgroupLimit(file, groups);
  }

  @Test
  @DisplayName("P.10 of the process's own control group and those around it the least limit counts")
  void ownGroupAndItsAncestors() throws Exception {
    String own = "0::/system.slice/ocr.service/workers\n";
    assertThat(limitOf(own)).isEqualTo(Long.MAX_VALUE);
    limit("system.slice/ocr.service/workers", "max");
    limit("system.slice/ocr.service", "" + 300 * MIB);
    limit("system.slice", "" + 700 * MIB);
    assertThat(limitOf(own)).isEqualTo(300);
    limit("system.slice/ocr.service/workers", "" + 500 * MIB);
    assertThat(limitOf(own)).isEqualTo(300);
    limit("system.slice/ocr.service/workers", "" + 200 * MIB);
    assertThat(limitOf("1:name=systemd:/elsewhere\n" + own)).isEqualTo(200);
    limit("", "" + 100 * MIB);
    assertThat(limitOf(own)).isEqualTo(100);
  }

  @Test
  @DisplayName("P.10 a container's limit is found at the root; what cannot be read is no limit")
  void containers() throws Exception {
    limit("", "" + 400 * MIB);
    assertThat(limitOf("0::/\n")).isEqualTo(400);
    assertThat(limitOf("0::/../../outside\n")).isEqualTo(400);
    assertThat(limitOf("4:memory:/v1\n")).isEqualTo(400);
    limit("system.slice", "many");
    assertThat(limitOf("0::/system.slice\n")).isEqualTo(400);
    assertThat(HostMemory.cgroupLimit(folder.resolve("none"), folder.resolve("none")))
        .isEqualTo(Long.MAX_VALUE);
  }
}
