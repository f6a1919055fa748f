package dev.remuda.server;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Starts child processes by {@code posix_spawn}: descriptors 0 to 4 and nothing else, a session and
 * process group of their own, no blocked signals, default dispositions.
 *
 * <p>Not {@link ProcessBuilder}: it can neither hand over a socket nor give descriptors 3 and 4.
 */
final class PosixSpawn {

  private static final short POSIX_SPAWN_SETSIGDEF = 0x04;
  private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
  private static final short POSIX_SPAWN_SETSID = 0x80;
  private static final short FLAGS =
      POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;

  /** Enough for each of posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t. */
  private static final long STRUCT_SIZE = 512;

  private static final long SIGSET_SIZE = 128;

  private static final MethodHandle SPAWNP = Libc.link("posix_spawnp");
  private static final MethodHandle ACTIONS_INIT = Libc.link("posix_spawn_file_actions_init");
  private static final MethodHandle ACTIONS_DESTROY = Libc.link("posix_spawn_file_actions_destroy");
  private static final MethodHandle ADDDUP2 = Libc.link("posix_spawn_file_actions_adddup2");
  private static final MethodHandle ADDCHDIR = Libc.link("posix_spawn_file_actions_addchdir_np");
  private static final MethodHandle ATTR_INIT = Libc.link("posix_spawnattr_init");
  private static final MethodHandle ATTR_DESTROY = Libc.link("posix_spawnattr_destroy");
  private static final MethodHandle SETFLAGS = Libc.link("posix_spawnattr_setflags");
  private static final MethodHandle SETSIGMASK = Libc.link("posix_spawnattr_setsigmask");
  private static final MethodHandle SETSIGDEFAULT = Libc.link("posix_spawnattr_setsigdefault");

  private PosixSpawn() {}

  /** How the child is kept from inheriting what this JVM has open beyond descriptor 4. */
  enum Leftovers {
    /** Closed in the child: exact, whatever other threads open meanwhile. glibc 2.34. */
    CLOSED_IN_CHILD,
    /** Marked close-on-exec here, by one system call. Linux 5.11. */
    MARKED_AT_ONCE,
    /** Marked close-on-exec here, one after the other. */
    MARKED_ONE_BY_ONE;

    private static final String ADDCLOSEFROM = "posix_spawn_file_actions_addclosefrom_np";
    private static final int SYS_CLOSE_RANGE = 436;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final long UINT_MAX = 0xFFFF_FFFFL;

    /** The best that this system has. */
    static final Leftovers BEST = best();

    private static Leftovers best() {
      if (Libc.find(ADDCLOSEFROM).isPresent()) {
        return CLOSED_IN_CHILD;
      }
      return markAtOnce() == 0 ? MARKED_AT_ONCE : MARKED_ONE_BY_ONE;
    }

    private void prepare(MemorySegment actions) throws IOException {
      switch (this) {
        case CLOSED_IN_CHILD -> CloseFrom.add(actions);
        case MARKED_AT_ONCE -> Linux.check(markAtOnce(), "close_range");
        case MARKED_ONE_BY_ONE -> markOneByOne();
      }
    }

    private static int markAtOnce() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = Libc.state(arena);
        long result =
            Libc.syscall(
                state, SYS_CLOSE_RANGE, Spawn.Streams.COUNT, UINT_MAX, CLOSE_RANGE_CLOEXEC);
        return result == 0 ? 0 : Libc.errno(state);
      }
    }

    private static void markOneByOne() throws IOException {
      try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
        for (Path entry : open) {
          int fd = Integer.parseInt(entry.getFileName().toString());
          if (fd >= Spawn.Streams.COUNT) {
            Linux.closeOnExecIfOpen(fd);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
  }

  /** Apart from the others, since not every libc has it. */
  private static final class CloseFrom {
    private static final MethodHandle ADDCLOSEFROM = Libc.link(Leftovers.ADDCLOSEFROM);

    static void add(MemorySegment actions) throws LinuxException {
      Linux.check(call(ADDCLOSEFROM, actions, Spawn.Streams.COUNT), Leftovers.ADDCLOSEFROM);
    }
  }

  /** Starts the process; when this returns, its program has begun (or the call has failed). */
  static long spawn(Spawn request, Leftovers leftovers) throws IOException {
    ChildSignal.keepExitStatuses();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(STRUCT_SIZE, 16);
      Linux.check(call(ACTIONS_INIT, actions), "posix_spawn_file_actions_init");
      try {
        fillActions(arena, actions, request, leftovers);
        return spawn(arena, actions, request);
      } finally {
        call(ACTIONS_DESTROY, actions);
      }
    }
  }

  private static void fillActions(
      Arena arena, MemorySegment actions, Spawn request, Leftovers leftovers) throws IOException {
    int[] sources = request.streams().toArray();
    for (int target = 0; target < sources.length; target++) {
      Linux.check(
          call(ADDDUP2, actions, sources[target], target), "posix_spawn_file_actions_adddup2");
    }
    Path directory = request.workingDirectory();
    if (directory != null) {
      MemorySegment path = NativeStrings.allocate(arena, directory.toString());
      Linux.check(call(ADDCHDIR, actions, path.address()), "posix_spawn_file_actions_addchdir_np");
    }
    leftovers.prepare(actions);
  }

  private static long spawn(Arena arena, MemorySegment actions, Spawn request)
      throws LinuxException {
    MemorySegment attributes = arena.allocate(STRUCT_SIZE, 16);
    Linux.check(call(ATTR_INIT, attributes), "posix_spawnattr_init");
    try {
      fillAttributes(arena, attributes);
      return spawn(arena, actions, attributes, request);
    } finally {
      call(ATTR_DESTROY, attributes);
    }
  }

  private static void fillAttributes(Arena arena, MemorySegment attributes) throws LinuxException {
    MemorySegment none = arena.allocate(SIGSET_SIZE);
    // Not sigfillset: it leaves out 32 and 33, which glibc then sets to "ignore" in the child.
    MemorySegment all = arena.allocate(SIGSET_SIZE).fill((byte) 0xFF);
    Linux.check(call(SETFLAGS, attributes, FLAGS), "posix_spawnattr_setflags");
    Linux.check(call(SETSIGMASK, attributes, none.address()), "posix_spawnattr_setsigmask");
    Linux.check(call(SETSIGDEFAULT, attributes, all.address()), "posix_spawnattr_setsigdefault");
  }

  private static long spawn(
      Arena arena, MemorySegment actions, MemorySegment attributes, Spawn request)
      throws LinuxException {
    MemorySegment pid = arena.allocate(JAVA_INT);
    MemorySegment program = NativeStrings.allocate(arena, request.program());
    MemorySegment arguments = NativeStrings.allocate(arena, request.arguments());
    MemorySegment environment = NativeStrings.allocate(arena, lines(request.environment()));
    int errno =
        (int)
            Libc.call(
                SPAWNP,
                Libc.state(arena),
                pid.address(),
                program.address(),
                actions.address(),
                attributes.address(),
                arguments.address(),
                environment.address());
    if (errno != 0) {
      throw new LinuxException(blame(request), errno);
    }
    return pid.get(JAVA_INT, 0);
  }

  private static List<String> lines(Map<String, String> environment) {
    return environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  /** posix_spawn has one error number for all its steps: find out which one it was. */
  private static String blame(Spawn request) {
    Path directory = request.workingDirectory();
    return directory == null || (Files.isDirectory(directory) && Files.isExecutable(directory))
        ? "posix_spawn " + request.program()
        : "posix_spawn, chdir " + directory;
  }

  private static int call(MethodHandle function, MemorySegment struct) {
    return call(function, struct, 0, 0);
  }

  private static int call(MethodHandle function, MemorySegment struct, long value) {
    return call(function, struct, value, 0);
  }

  /** These functions return the error number instead of setting errno. */
  private static int call(MethodHandle function, MemorySegment struct, long first, long second) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) Libc.call(function, Libc.state(arena), struct.address(), first, second);
    }
  }

  /** A JVM that was started with SIGCHLD ignored would lose the exit statuses of its children. */
  private static final class ChildSignal {
    static {
      try (Arena arena = Arena.ofConfined()) {
        // What the JDK does before its own first child; SIG_DFL is the null pointer.
        Libc.signal(Libc.state(arena), Signals.SIGCHLD, MemorySegment.NULL);
      }
    }

    private ChildSignal() {}

    /** Runs the initializer, once. */
    static void keepExitStatuses() {}
  }
}
