package dev.remuda.worker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Who may call a worker over a unix socket: the kernel is asked who connects. */
final class Peers {
  private static final String ROOT = "0";

  /** Made by the supervisor, so its owner is the supervisor's user; needs no dumpable process. */
  private static final Path OURS = Path.of("/proc/self/fd/4");

  private final @Nullable String allowed;
  private final boolean checked;
  private @Nullable UserPrincipal own;
  private @Nullable Set<UserPrincipal> others;

  /**
   * Checks nobody on TCP, where the kernel does not know.
   *
   * @param allowed as in {@link WorkerOptions#peers}
   */
  Peers(@Nullable String allowed, boolean unix) {
    this.allowed = allowed;
    this.checked = unix && !WorkerOptions.ANY_PEER.equals(allowed);
  }

  /** Loads on a thread of its own what the first connection should not have to wait for. */
  void prepare() {
    if (checked) {
      new BackgroundThread("remuda-peers") {
        @Override
        public void run() {
          load();
        }
      }.start();
    }
  }

  private void load() {
    try (SocketChannel unconnected = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      own();
      unconnected.getOption(ExtendedSocketOptions.SO_PEERCRED);
    } catch (IOException e) {
      // The first connection meets the same, and tells.
    }
  }

  /** Null for one who may call, else who it is. */
  @Nullable String refused(SocketChannel connection) throws IOException {
    if (!checked) {
      return null;
    }
    UserPrincipal user = connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    return user.equals(own()) || others().contains(user) ? null : user.getName();
  }

  private synchronized UserPrincipal own() throws IOException {
    if (own == null) {
      own = Files.getOwner(OURS);
    }
    return own;
  }

  /** Looked up only for somebody else: the system's list of users may be far away. */
  private synchronized Set<UserPrincipal> others() throws IOException {
    if (others == null) {
      var all = new HashSet<UserPrincipal>();
      add(ROOT, all);
      if (allowed != null) {
        for (String name : allowed.split(",", -1)) {
          add(name, all);
        }
      }
      others = all;
    }
    return others;
  }

  private static void add(String name, Set<UserPrincipal> all) throws IOException {
    try {
      all.add(FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name));
    } catch (UserPrincipalNotFoundException e) {
      // Removed since the server started: nobody can be that user.
    }
  }
}
