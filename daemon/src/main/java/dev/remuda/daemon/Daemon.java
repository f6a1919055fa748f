package dev.remuda.daemon;

import dev.remuda.Pool;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Hosts runners, pools and endpoints in one process, and ends them in order. As a whole program
 * with {@link Builder#run}, or within another with {@link Builder#start}: then it touches neither
 * signals nor the end of the JVM. Safe for use by any thread.
 */
public final class Daemon implements AutoCloseable {
  /** How long runs may go on when the daemon is to end. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(20);

  /** Over which time the first polls of all jobs are spread. */
  public static final Duration DEFAULT_START_SPREAD = Duration.ofSeconds(5);

  private final DaemonCore core;

  Daemon(DaemonCore core) {
    this.core = core;
  }

  /** Settings for a daemon of this name: letters, digits, {@code .}, {@code _} and {@code -}. */
  public static Builder named(String name) {
    return new Builder(name);
  }

  /** Its name. */
  public String name() {
    return core.name();
  }

  /**
   * Has a job run as soon as it may, as any other kick does; does not block.
   *
   * @throws IllegalArgumentException when there is no such job
   */
  public void kick(String job) {
    core.kick(job, "button");
  }

  /**
   * Interrupts a run by its name ({@code mail#17}), or all runs of a job by the job's; does not
   * block. How a run ends is up to it.
   *
   * @return how many were interrupted; 0 when there are none of that name
   */
  public int cancel(String runOrJob) {
    return core.cancel(runOrJob);
  }

  /** Reads settings again, as SIGHUP has a daemon do; blocks until all have. */
  public void reload() {
    core.reload();
  }

  /** What it does at this moment; blocks until its pools have told, a second or so at the most. */
  public DaemonStats stats() {
    return core.stats();
  }

  /** The last lines of the console; empty where it is not captured. */
  public ConsoleStats console() {
    return core.console();
  }

  /** Its pools by the names under which they were added, in that order. */
  public Map<String, Pool<?>> pools() {
    return core.pools();
  }

  /** Its queues by their names, in the order in which they were added. */
  public Map<String, QueueConsumers> queues() {
    return core.queues();
  }

  CompletableFuture<ExitReason> ended() {
    return core.ended();
  }

  /** For endpoints: one loop, which must not be blocked. Closed with the daemon. */
  public Vertx vertx() {
    return core.vertx();
  }

  /** Why it ended; nothing while it runs. */
  public Optional<ExitReason> exitReason() {
    return core.exitReason();
  }

  /**
   * Ends it in order: no run begins and no endpoint takes work any more; what is in flight may end
   * within the grace and is interrupted after it; then endpoints and pools are closed, the last
   * added first. Blocks until all is done, so it is not for a run to call. Closing twice is closing
   * once.
   */
  @Override
  public void close() {
    core.close();
  }

  /** Settings of a daemon. */
  public static final class Builder {
    private final String name;
    private final List<Job> jobs = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Reload> reloads = new ArrayList<>();
    private Duration grace = DEFAULT_GRACE;
    private Duration startSpread = DEFAULT_START_SPREAD;
    private boolean capture;

    private Builder(String name) {
      this.name = name;
    }

    /** A runner with its triggers; else with the defaults of {@link Job}. */
    public Builder add(String jobName, Runner runner, Trigger... triggers) {
      return add(Job.of(jobName, runner, triggers));
    }

    /** A runner with its triggers and rules. */
    public Builder add(Job job) {
      jobs.add(job);
      return this;
    }

    /** A pool, which is shown under this name, and closed by the daemon from now on. */
    public Builder add(String poolName, Pool<?> pool) {
      parts.add(new Part.OfPool(poolName, pool));
      return this;
    }

    /** Something that takes work from outside. */
    public Builder add(Endpoint endpoint) {
      parts.add(new Part.OfEndpoint(endpoint));
      return this;
    }

    /** What is to be done when settings are to be read again; several are done in turn. */
    public Builder onReload(Reload reload) {
      reloads.add(reload);
      return this;
    }

    /** How long runs may go on when the daemon is to end; from zero to 24 hours. */
    public Builder grace(Duration limit) {
      grace = limit;
      return this;
    }

    /**
     * Over which time the first polls are spread, the first at once; from zero to 24 hours. A poll
     * of a shorter period does not wait longer than its period.
     */
    public Builder startSpread(Duration time) {
      startSpread = time;
      return this;
    }

    /** Keeps the last lines of stdout, stderr and the log; {@link #run} always does. */
    public Builder captureConsole() {
      capture = true;
      return this;
    }

    /**
     * Starts it within this program; blocks until all its parts have begun.
     *
     * @throws IllegalArgumentException naming all settings that cannot be; nothing has begun then,
     *     and the parts are still the caller's
     * @throws java.io.UncheckedIOException naming all parts that could not begin; all parts are
     *     closed then
     */
    public Daemon start() {
      DaemonSettings settings = settings(capture);
      settings.check(false);
      return DaemonCore.start(settings);
    }

    /**
     * Is the whole program: starts it, and ends the JVM when it has ended, with the status of
     * {@link ExitReason}. SIGTERM and SIGINT end it in order; a second one at once, with 128 and
     * the signal's number. SIGHUP reloads. It ends too when a part of it closes it. Never returns.
     */
    public void run() {
      System.exit(DaemonProgram.run(settings(true)));
    }

    private DaemonSettings settings(boolean captures) {
      return new DaemonSettings(name, jobs, parts, reloads, grace, startSpread, captures);
    }
  }
}
