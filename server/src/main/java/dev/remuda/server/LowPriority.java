package dev.remuda.server;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lets a process group have only the processor time that nobody else wants. */
final class LowPriority {
  private static final int SYS_SETPRIORITY = Platform.X86_64 ? 141 : 140;
  private static final int PRIO_PGRP = 1;

  private LowPriority() {}

  /** For all threads of the group and what they start; a process that has just begun has few. */
  static void set(long pgid, int niceness) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      long result = Libc.syscall(state, SYS_SETPRIORITY, PRIO_PGRP, pgid, niceness);
      Linux.check(state, (int) result, "setpriority of group " + pgid);
    }
    lowerSession(pgid, niceness);
  }

  /**
   * A kernel with autogroup scheduling shares time among sessions first, whatever is nice in them;
   * where there is none, there is no such file, or it cannot be written.
   */
  private static void lowerSession(long pid, int niceness) {
    try {
      Files.writeString(
          Path.of("/proc", Long.toString(pid), "autogroup"), Integer.toString(niceness));
    } catch (IOException e) {
      // As good as it gets.
    }
  }
}
