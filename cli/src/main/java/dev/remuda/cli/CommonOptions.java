package dev.remuda.cli;

import picocli.CommandLine.Option;

/** The options that every command has. */
final class CommonOptions {
  private static final int LAST = 1_000;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      order = LAST,
      description = "Show this help.")
  boolean help;

  @Option(
      names = "--verbose",
      order = LAST,
      description = "Show Java stacks with errors, and log more.")
  boolean verbose;
}
