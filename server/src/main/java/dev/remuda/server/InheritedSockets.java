package dev.remuda.server;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets that a service manager started this process with (socket activation):
 * {@code LISTEN_FDS} descriptors from 3 on, if {@code LISTEN_PID} is this process.
 */
final class InheritedSockets {
  /** What is meant for this process only. */
  static final Set<String> VARIABLES = Set.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES");

  private static final int FIRST = 3;

  /** By descriptor; null until they were looked for. */
  private static @Nullable Map<Integer, Address> unclaimed;

  private InheritedSockets() {}

  /** Where those listen that nobody has taken yet, in the service manager's order. */
  static synchronized List<Address> addresses() throws LinuxException {
    return List.copyOf(unclaimed().values());
  }

  /**
   * Takes the one that listens there, as workers want it: blocking, close-on-exec.
   *
   * @return null when there is none
   */
  static synchronized @Nullable ListenPoint take(Address wanted) throws IOException {
    for (Map.Entry<Integer, Address> each : unclaimed().entrySet()) {
      if (Listening.isSame(wanted, each.getValue())) {
        int fd = each.getKey();
        unclaimed().remove(fd);
        int own = Linux.raise(fd);
        try {
          Linux.setBlocking(own);
          return ListenPoint.borrow(each.getValue(), own);
        } catch (IOException | RuntimeException e) {
          Linux.close(own);
          throw e;
        }
      }
    }
    return null;
  }

  /** They are marked at once: a program that the host starts must not keep the queue open. */
  private static Map<Integer, Address> unclaimed() throws LinuxException {
    Map<Integer, Address> known = unclaimed;
    if (known == null) {
      known = new TreeMap<>();
      for (int fd = FIRST; fd < FIRST + count(); fd++) {
        Address address = Linux.listening(fd);
        if (address != null) {
          Linux.closeOnExecIfOpen(fd);
          known.put(fd, address);
        }
      }
      unclaimed = known;
    }
    return known;
  }

  private static int count() {
    String own = String.valueOf(ProcessHandle.current().pid());
    String count = System.getenv("LISTEN_FDS");
    if (count == null || !own.equals(System.getenv("LISTEN_PID"))) {
      return 0;
    }
    try {
      return Math.clamp(Integer.parseInt(count), 0, DescriptorPassing.MOST);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
