package dev.remuda.daemon;

import java.util.List;

/** When a job's runner is to run; several combine. */
public sealed interface Trigger permits Poll, Cron, Kick {
  /** What is wrong with it, each with its value; empty when nothing is. */
  List<String> problems();
}
