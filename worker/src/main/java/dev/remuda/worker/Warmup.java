package dev.remuda.worker;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.WorkerHello;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves a connection that exists only in memory, with an echo of our own, so that the first real
 * call finds all of its way loaded.
 */
final class Warmup {
  private static final String SCRIPT =
      """
      ["hi",{"c":{"v":1,"caps":["ex","ab","rd","dl","rt","pipe","pr"],"name":""}}]
      ["do",{},"echo","\u03bb",17,[1.5,{"k":null}]]
      ["do",{"dl":30000,"pr":1},"echo","again",18,[]]
      ["dn",{}]
      """;

  private Warmup() {}

  static void run() {
    var hello = new WorkerHello(0, "", EnumSet.of(Capability.EX, Capability.AB), null);
    var served = new ServedObject(Echo.class, null);
    new Connection(new Script(), served, new Activity(), hello, WorkerEnd.PROCESS).serve();
  }

  /** What the script calls. */
  static final class Echo {
    /** Gives back what it gets. */
    public List<@Nullable Object> echo(String text, int number, List<@Nullable Object> list) {
      return List.of(text, number, list);
    }
  }

  /** The script, then the end; replies go nowhere. */
  private static final class Script implements ByteChannel {
    private final ByteBuffer bytes = ByteBuffer.wrap(SCRIPT.getBytes(StandardCharsets.UTF_8));

    @Override
    public int read(ByteBuffer target) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int count = bytes.remaining();
      target.put(bytes);
      return count;
    }

    @Override
    public int write(ByteBuffer source) {
      int count = source.remaining();
      source.position(source.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
