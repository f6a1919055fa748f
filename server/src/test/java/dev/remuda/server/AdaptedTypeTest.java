package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.TypeAdapter;
import java.lang.reflect.Type;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.4 Types of a user's adapter in a real worker")
class AdaptedTypeTest {
  private RunningServer running;
  private RawPeer peer;

  /** A class that no worker knows by itself. */
  public static final class Point {
    final long x;
    final long y;

    Point(long x, long y) {
      this.x = x;
      this.y = y;
    }
  }

  /** Found by its name in META-INF/services on the worker's class path. */
  public static final class PointAdapter implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type == Point.class;
    }

    @Override
    public Object read(Type type, Object wire) {
      if (wire instanceof List<?> at
          && at.get(0) instanceof Long x
          && at.get(1) instanceof Long y) {
        return new Point(x, y);
      }
      throw new IllegalArgumentException("no point");
    }

    @Override
    public List<Long> write(Object value) {
      return List.of(((Point) value).x, ((Point) value).y);
    }
  }

  /** Served by the worker. */
  public static final class Drawing {
    public Point mirrored(Point point) {
      return new Point(point.y, point.x);
    }

    public int count(List<Point> points) {
      return points.size();
    }
  }

  @BeforeEach
  void start() throws Exception {
    running = RunningServer.start(b -> b.serve(Drawing.class));
    peer = running.connect();
  }

  @AfterEach
  void stop() throws Exception {
    peer.close();
    running.close();
  }

  @Test
  @DisplayName(
      "P.4 arguments and results travel; what the adapter refuses is named, the worker lives")
  void travels() throws Exception {
    assertThat(peer.call("[\"do\",{},\"mirrored\",[1,2]]")).isEqualTo("[\"ok\",{},[2,1]]");
    assertThat(peer.call("[\"do\",{},\"count\",[[1,2],[3,\"4\"]]]"))
        .startsWith("[\"er\",{},\"count(List), argument 1: $[1]: expected ")
        .contains("PointAdapter reads it, found array [3,\\\"4\\\"], for which it threw")
        .endsWith("java.lang.IllegalArgumentException: no point\"]");
    assertThat(peer.call("[\"do\",{},\"count\",[[1,2],null]]")).isEqualTo("[\"ok\",{},2]");
  }
}
