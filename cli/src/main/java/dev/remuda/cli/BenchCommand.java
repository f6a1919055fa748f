package dev.remuda.cli;

import dev.remuda.benchmarks.Bench;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code remuda bench}: the benchmarks read their own options, {@code --help} too. */
@Command(
    name = "bench",
    header = "Measures remuda beside the raw limit of this machine.",
    customSynopsis = "remuda bench [OPTION...]; remuda bench --help lists the options")
final class BenchCommand implements Callable<Integer> {
  @Parameters(hidden = true)
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    return Bench.run(arguments, System.out);
  }
}
