package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The server that is to be replaced, as its successor sees it: one connection to its control
 * address. Its methods block, ten seconds for an answer at the most.
 */
final class Predecessor implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final Limits ANSWERS = new Limits(1 << 20, 16, 1_000, 10_000);
  private static final Set<Integer> NOBODY = Set.of(Errno.ENOENT, Errno.ECONNREFUSED);
  private static final int ROOT = 0;

  private final Address.Unix control;
  private final int fd;
  private final MessageReader reader = new MessageReader(ANSWERS);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
  private final List<Integer> descriptors = new ArrayList<>();

  private Predecessor(Address.Unix control, int fd) {
    this.control = control;
    this.fd = fd;
  }

  /**
   * Connects; null when no server listens there.
   *
   * @throws IOException when one is there that is not ours
   */
  static @Nullable Predecessor at(Address.Unix control) throws IOException {
    int fd;
    try {
      fd = Linux.unixConnection(control.path(), TIMEOUT_MILLIS);
    } catch (LinuxException e) {
      if (NOBODY.contains(e.errno())) {
        return null;
      }
      throw new IOException(
          "cannot replace the server at " + control + ": " + why(e, "it may be another user's"), e);
    }
    int uid;
    try {
      uid = Linux.peerUid(fd);
    } catch (LinuxException e) {
      Linux.close(fd);
      throw e;
    }
    if (uid != Linux.ownUid() && uid != ROOT) {
      Linux.close(fd);
      throw new IOException(
          "cannot replace the server at " + control + ": it is user " + uid + "'s");
    }
    return new Predecessor(control, fd);
  }

  private static String why(LinuxException e, String denied) {
    return switch (e.errno()) {
      case Errno.EACCES -> "permission denied, " + denied;
      case Errno.EAGAIN -> "it does not answer";
      default -> String.valueOf(e.getMessage());
    };
  }

  /**
   * Takes a share in all that it listens on.
   *
   * @return the addresses in its order, the control address last; null when it died meanwhile
   * @throws IOException when it refuses, or does not answer
   */
  @Nullable List<ListenPoint> takeOver() throws IOException {
    Object answer;
    try {
      answer = ask("handover", ProcessHandle.current().pid());
    } catch (IOException e) {
      closeAll();
      throw e;
    }
    if (answer == null) {
      closeAll();
      return null;
    }
    var points = new ArrayList<ListenPoint>();
    try {
      for (Object offer : (List<?>) answer) {
        points.add(share((Map<?, ?>) offer));
      }
      return points;
    } catch (IOException | RuntimeException e) {
      for (ListenPoint point : points) {
        point.close();
      }
      throw new IOException(
          "cannot replace the server at " + control + ": its hand-over makes no sense: " + e, e);
    } finally {
      closeAll();
    }
  }

  /** Owns the descriptors of the offer if this does not throw. */
  private ListenPoint share(Map<?, ?> offer) throws IOException {
    int descriptor = descriptors.getFirst();
    Integer lock = Boolean.TRUE.equals(offer.get("lock")) ? descriptors.get(1) : null;
    Address address = Address.parse(String.valueOf(offer.get("address")));
    ListenPoint point =
        ListenPoint.share(address, descriptor, lock, Boolean.TRUE.equals(offer.get("lent")));
    descriptors.subList(0, lock == null ? 1 : 2).clear();
    return point;
  }

  private void closeAll() throws IOException {
    for (int each : descriptors) {
      Linux.close(each);
    }
    descriptors.clear();
  }

  /** Whether its connection has not ended. */
  boolean lives() throws IOException {
    return !Linux.readable(fd); // it says nothing unasked
  }

  /**
   * Tells it to leave, after which all is ours; also when it has died meanwhile.
   *
   * @throws IOException when it refuses, or does not answer
   */
  void dismiss() throws IOException {
    ask("handed");
  }

  /** Null when it has died. */
  private @Nullable Object ask(Object... words) throws IOException {
    try {
      Message answer = exchange(new Message.Do(Meta.EMPTY, List.of(words)));
      return switch (answer) {
        case null -> null;
        case Message.Ok(Meta _, Object result) when result != null -> result;
        case Message.Er(Meta _, Object error) ->
            throw new IOException("cannot replace the server at " + control + ": " + error);
        default ->
            throw new IOException("cannot replace the server at " + control + ": " + answer.code());
      };
    } catch (WireException e) {
      throw new IOException("cannot replace the server at " + control + ": " + e.getMessage(), e);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
        return null;
      }
      throw new IOException(
          "cannot replace the server at " + control + ": " + why(e, "it refuses"), e);
    }
  }

  private @Nullable Message exchange(Message question) throws LinuxException {
    var writer = new MessageWriter(ANSWERS);
    writer.write(question);
    buffer.clear().put(writer.written()).flip();
    while (buffer.hasRemaining()) {
      if (Linux.write(fd, buffer) == 0) {
        throw new LinuxException("write to " + control, Errno.EAGAIN);
      }
    }
    Message answer = reader.next();
    while (answer == null) {
      buffer.clear();
      if (DescriptorPassing.receive(fd, buffer, descriptors) < 0) {
        return null;
      }
      reader.feed(buffer.flip());
      answer = reader.next();
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    Linux.close(fd);
  }
}
