package dev.remuda.server;

import dev.remuda.protocol.Address;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * A server in a process of its own: serves {@link Served.Hooked} on the addresses given, instead of
 * whoever did that before, and says {@code ready ADDR...} or why not.
 */
final class ProbeServer {
  private ProbeServer() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    TaskServer.Builder builder =
        TaskServer.builder()
            .name(String.valueOf(folder.getFileName()))
            .serve(Served.Hooked.class)
            .environment("TRIAL", folder.toString())
            .jvmArguments("-XX:TieredStopAtLevel=1", "-Xmx64m")
            .standby(Integer.parseInt(arguments[1]))
            .maxWorkers(Integer.parseInt(arguments[2]))
            .replace();
    for (int i = 3; i < arguments.length; i++) {
      builder.listen(arguments[i]);
    }
    TaskServer server;
    try {
      server = builder.start();
    } catch (Exception e) {
      System.out.println("failed " + e.getMessage());
      return;
    }
    System.out.println(
        "ready "
            + server.addresses().stream().map(Address::toString).collect(Collectors.joining(" ")));
    server.ended().join();
  }
}
