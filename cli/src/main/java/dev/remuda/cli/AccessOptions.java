package dev.remuda.cli;

import dev.remuda.server.TaskServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who may connect to a server's unix sockets. */
final class AccessOptions {
  @Option(
      names = "--socket-mode",
      paramLabel = "MODE",
      description = "Permissions of the sockets' files, such as 0660. Default: 0600.")
  private @Nullable String mode;

  @Option(
      names = "--socket-group",
      paramLabel = "GROUP",
      description = "The group of the sockets' files, by name or number.")
  private @Nullable String group;

  @Option(
      names = "--allow-user",
      paramLabel = "USER",
      description =
          "Of those who can connect only this user may call, by name or number; may be repeated.")
  private List<String> users = new ArrayList<>();

  void apply(TaskServer.Builder builder) {
    if (mode != null) {
      builder.socketMode(mode);
    }
    if (group != null) {
      builder.socketGroup(group);
    }
    builder.allowUsers(users.toArray(String[]::new));
  }
}
