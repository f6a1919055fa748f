package dev.remuda.storm;

import dev.remuda.server.TaskServer;
import java.nio.file.Path;

/**
 * A supervisor of a storm, in a process of its own. Arguments: folder, name, address, {@code tls}
 * or {@code plain}, how many workers at the most. Says {@code ready ADDRESS}, or why not.
 */
final class StormServer {
  private StormServer() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    String name = arguments[1];
    boolean tls = arguments[3].equals("tls");
    TaskServer.Builder builder =
        TaskServer.builder()
            .name(name)
            .listen(arguments[2])
            .control("unix:" + folder.resolve(name + ".ctl"))
            .serve(StormWork.class, StormWork.Worker.class)
            .maxWorkers(Integer.parseInt(arguments[4]))
            .crashReports(folder.resolve("crashes"))
            .jvmArguments(
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Dstorm.log=" + folder.resolve(StormHost.EXECUTIONS));
    if (tls) {
      builder.tls(
          folder.resolve("server.pem"),
          folder.resolve("server.key"),
          folder.resolve("authority.pem"));
    } else {
      builder.replace();
    }
    TaskServer server;
    try {
      server = builder.start();
    } catch (Exception e) {
      System.out.println("failed " + e.getMessage());
      System.exit(1);
      return;
    }
    System.out.println("ready " + server.addresses().getFirst());
    server.ended().join();
  }
}
