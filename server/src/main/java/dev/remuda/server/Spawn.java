package dev.remuda.server;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a child process is to be: its program and all that it inherits. The caller keeps its own
 * copies of the descriptors and closes them.
 *
 * @param program a path, or a bare name that is looked up in this JVM's {@code PATH}
 * @param arguments the whole argument vector, {@code argv[0]} included
 * @param environment the whole environment; nothing of this JVM's is added
 * @param workingDirectory where the child starts, or null for this JVM's directory
 * @param streams what becomes descriptors 0 to 4
 */
record Spawn(
    String program,
    List<String> arguments,
    Map<String, String> environment,
    @Nullable Path workingDirectory,
    Streams streams) {

  Spawn {
    arguments = List.copyOf(arguments);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("no arguments: argv[0] is missing");
    }
    environment.keySet().forEach(Spawn::requireName);
  }

  private static void requireName(String name) {
    if (name.isEmpty() || name.indexOf('=') >= 0) {
      throw new IllegalArgumentException("not the name of an environment variable: '" + name + "'");
    }
  }

  /**
   * Our descriptors that become the child's 0 to 4.
   *
   * @param stdin becomes 0: the listening socket of a worker
   * @param stdout becomes 1
   * @param stderr becomes 2
   * @param controlIn becomes 3: where the child reads our lines
   * @param controlOut becomes 4: where the child writes its own
   */
  record Streams(int stdin, int stdout, int stderr, int controlIn, int controlOut) {

    /** The first descriptor that a child does not get. */
    static final int COUNT = 5;

    Streams {
      int[] all = {stdin, stdout, stderr, controlIn, controlOut};
      for (int target = 0; target < COUNT; target++) {
        requireFree(all[target], target);
      }
    }

    /**
     * They are copied in order: a source among the targets would be overwritten before its turn.
     */
    private static void requireFree(int source, int target) {
      if (source < COUNT && source != target) {
        throw new IllegalArgumentException(
            "descriptor %d cannot become %d: it is overwritten first".formatted(source, target));
      }
    }

    int[] toArray() {
      return new int[] {stdin, stdout, stderr, controlIn, controlOut};
    }
  }
}
