package dev.remuda.server;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect to a unix socket.
 *
 * @param mode of the socket's file, in octal digits
 * @param group of the file, by name or number; null for the one that it gets by itself
 * @param users who may call besides the server's own user and root, by name or number; empty for
 *     whoever the mode lets connect, where it lets others connect at all
 * @param inAnyFolder whether the socket may lie in a folder that another user owns
 */
record SocketAccess(String mode, @Nullable String group, List<String> users, boolean inAnyFolder) {
  static final String OWNER_ONLY_MODE = "0600";
  static final SocketAccess OWNER_ONLY = new SocketAccess(OWNER_ONLY_MODE, null, List.of(), false);

  /** To connect is to write; the owner always may. */
  private static final Pattern MODE = Pattern.compile("0?6[0246][0246]");

  private static final Pattern USER = Pattern.compile("[^\\s,]{1,64}");
  private static final int GROUP_WRITES = 020;
  private static final int OTHERS_WRITE = 002;
  private static final int STICKY = 01000;
  private static final int ROOT = 0;

  private static UserPrincipalLookupService accounts() {
    return FileSystems.getDefault().getUserPrincipalLookupService();
  }

  private boolean lets(int bit) {
    return (Integer.parseInt(mode, 8) & bit) != 0;
  }

  /** The same for a socket that is for its owner only. */
  SocketAccess ownerOnly() {
    return new SocketAccess(OWNER_ONLY_MODE, null, List.of(), inAnyFolder);
  }

  /** Whether every user of this host may call. */
  boolean isOpenToAll() {
    return lets(OTHERS_WRITE) && users.isEmpty();
  }

  /** What cannot be, each with its value. */
  void check(List<String> problems, boolean insecure, boolean command) {
    if (!MODE.matcher(mode).matches()) {
      problems.add("socketMode is 0600 to 0666 without an odd digit, not " + mode);
      return;
    }
    if (group != null) {
      checkGroup(group, problems);
    }
    for (String user : users) {
      checkUser(user, problems);
    }
    if (!users.isEmpty() && !lets(GROUP_WRITES | OTHERS_WRITE)) {
      problems.add("allowUsers " + users + " needs a socketMode that lets them, not " + mode);
    }
    if (!users.isEmpty() && command) {
      problems.add(
          "allowUsers is checked by workers that serve a class, not by a command: there socketMode"
              + " and socketGroup decide");
    }
    if (isOpenToAll() && !insecure) {
      problems.add(
          "with socketMode "
              + mode
              + " anybody on this host may call: say allowUsers(...), or insecure() if you mean"
              + " it");
    }
  }

  private void checkGroup(String name, List<String> problems) {
    if (!lets(GROUP_WRITES)) {
      problems.add("socketGroup " + name + " may not connect with socketMode " + mode);
    }
    try {
      accounts().lookupPrincipalByGroupName(name);
    } catch (IOException e) {
      problems.add("there is no group " + name);
    }
  }

  private static void checkUser(String name, List<String> problems) {
    try {
      if (USER.matcher(name).matches()) {
        accounts().lookupPrincipalByName(name);
        return;
      }
    } catch (UserPrincipalNotFoundException e) {
      problems.add("there is no user " + name);
      return;
    } catch (IOException e) {
      problems.add("cannot look up the user " + name + ": " + e.getMessage());
      return;
    }
    problems.add("not the name of a user: '" + name + "'");
  }

  /** For {@code WorkerOptions}: null for the server's own user and root. */
  @Nullable String peers() {
    if (!users.isEmpty()) {
      return String.join(",", users);
    }
    return lets(GROUP_WRITES | OTHERS_WRITE) ? dev.remuda.worker.WorkerOptions.ANY_PEER : null;
  }

  /** Opens a socket that until now only its owner could connect to; the group first. */
  void open(Path socket) throws IOException {
    if (mode.equals(OWNER_ONLY_MODE)) {
      return;
    }
    if (group != null) {
      try {
        Files.getFileAttributeView(socket, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setGroup(accounts().lookupPrincipalByGroupName(group));
      } catch (FileSystemException e) {
        throw new IOException(
            "cannot give the socket to the group " + group + ": " + e.getReason(), e);
      }
    }
    Files.setPosixFilePermissions(socket, permissions());
  }

  private Set<PosixFilePermission> permissions() {
    Set<PosixFilePermission> all = EnumSet.noneOf(PosixFilePermission.class);
    int bits = Integer.parseInt(mode, 8);
    PosixFilePermission[] byBit = PosixFilePermission.values(); // from the owner's read on
    for (int i = 0; i < byBit.length; i++) {
      if ((bits & 0400 >> i) != 0) {
        all.add(byBit[i]);
      }
    }
    return all;
  }

  /** Whoever may write into the folder can put a socket of their own in the place of ours. */
  void requireSafe(Path folder) throws IOException {
    if (isAnothers(folder) && !inAnyFolder) {
      throw new IOException(
          "the folder "
              + folder
              + " belongs to another user, number "
              + owner(folder)
              + ", who may replace what is in it: take another, or say insecure() if you mean it");
    }
    int mode = (Integer) Files.getAttribute(folder, "unix:mode");
    if ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
      throw new IOException(
          "anybody may replace what is in the folder "
              + folder
              + ", whose mode is "
              + Integer.toOctalString(mode & 07777)
              + ": take another, or chmod o-w");
    }
  }

  /** Neither this process's user nor root owns it. */
  static boolean isAnothers(Path folder) throws IOException {
    int owner = owner(folder);
    return owner != ROOT && owner != Linux.ownUid();
  }

  private static int owner(Path folder) throws IOException {
    return (Integer) Files.getAttribute(folder, "unix:uid");
  }
}
