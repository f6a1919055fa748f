package dev.remuda.benchmarks;

import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.DatagramStats;
import dev.remuda.daemon.Datagrams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The main class of the process that receives datagrams, for {@link ChildJvm}. */
final class DatagramProbe {
  private DatagramProbe() {}

  /** Answers each line: {@code port}, {@code received}, {@code drops} or {@code cpu} in ns. */
  public static void main(String[] arguments) throws IOException {
    Quiet.begin();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Datagrams datagrams = Datagrams.on(0, (data, from) -> {}).at(InetAddress.getLoopbackAddress());
    try (var _ = Daemon.named("bench").add(datagrams).start()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(answer(line, datagrams));
      }
    }
  }

  private static long answer(String what, Datagrams datagrams) {
    DatagramStats stats = datagrams.stats();
    return switch (what) {
      case "port" -> {
        String address = stats.addresses().getFirst();
        yield Long.parseLong(address.substring(address.lastIndexOf(':') + 1));
      }
      case "received" -> stats.received();
      case "drops" -> stats.kernelDrops().orElse(0);
      case "cpu" ->
          ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElseThrow();
      default -> throw new IllegalArgumentException("not known: " + what);
    };
  }
}
