package dev.remuda.server;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What workers say on their control channels, and whom it concerns. The supervisor's loop only. */
final class WorkerWords {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final String SETUP_FAILED = "setup-failed ";
  private static final String REPLACE = "replace ";
  private static final String REFUSED = "refused ";
  private static final String DUMP = "dump ";
  private static final Pattern IDLE = Pattern.compile("idle ([0-9]{1,12})");
  private static final Pattern LEAVING =
      Pattern.compile("leaving (1?[0-9]{1,2}|2[0-4][0-9]|25[0-5])");

  private final AskBack askBack;
  private final RuleKeeper rules;
  private final LifeSigns lifeSigns;
  private final Host host;
  private final Refusals refusals = new Refusals();
  private final Nonsense nonsense = new Nonsense();

  /** Whose workers they are. */
  interface Host {
    Population populationOf(WorkerProcess worker);

    /** Some worker is in another state: that may be all that was waited for. */
    void prove();
  }

  WorkerWords(AskBack askBack, RuleKeeper rules, LifeSigns lifeSigns, Host host) {
    this.askBack = askBack;
    this.rules = rules;
    this.lifeSigns = lifeSigns;
    this.host = host;
  }

  /** Those who were let go of without a worker, so far. */
  Refusals refusals() {
    return refusals;
  }

  /** One line; what makes no sense changes nothing. */
  void hear(WorkerProcess worker, String line) {
    try {
      Matcher leaving = LEAVING.matcher(line);
      if (leaving.matches()) {
        worker.leaving(Integer.parseInt(leaving.group(1)));
        return;
      }
      if (worker.state() == WorkerState.ENDING || saidOfItself(worker, line)) {
        return;
      }
      Population population = host.populationOf(worker);
      if (worker.state() == WorkerState.RETIRING) {
        saidWhileRetiring(population, worker, line);
        return;
      }
      if (!mayFollow(line, worker)) {
        nonsense.add(worker, line);
        return;
      } else if (line.equals("ready")) {
        population.ready(worker);
      } else if (line.equals("accepted")) {
        population.taken(worker);
      } else if (line.startsWith(SETUP_FAILED)) {
        population.setupFailed(worker, line.substring(SETUP_FAILED.length()));
      } else if (line.startsWith(REPLACE)) {
        population.asksToBeReplaced(worker, line.substring(REPLACE.length()));
      } else {
        nonsense.add(worker, line);
        return;
      }
      host.prove();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "after '" + line + "' of " + worker.id(), e);
    }
  }

  /** What changes no state, and may come in any. */
  private boolean saidOfItself(WorkerProcess worker, String line) throws IOException {
    Matcher idle = IDLE.matcher(line);
    if (idle.matches()) {
      long millis = Long.parseLong(idle.group(1));
      askBack.idle(worker, millis);
      rules.idle(worker, millis);
    } else if (line.startsWith(REFUSED)) {
      refusals.add(worker, line.substring(REFUSED.length()));
    } else if (line.equals("working")) {
      worker.pulse().beat();
      lifeSigns.wake();
    } else if (line.equals("resting")) {
      worker.pulse().rest();
    } else if (line.equals("dump-end")) {
      worker.dumps().end();
    } else if (line.startsWith(DUMP)) {
      worker.dumps().line(line.substring(DUMP.length()));
    } else {
      return false;
    }
    return true;
  }

  private static void saidWhileRetiring(Population population, WorkerProcess worker, String line) {
    if (line.equals("accepted")) {
      population.replacements().takenWhileRetiring(worker);
    } else if (line.equals("ready")) {
      population.replacements().idleWhileRetiring(worker);
    }
  }

  /** Any program may write to its control channel: what makes no sense changes nothing. */
  private static boolean mayFollow(String line, WorkerProcess worker) {
    if (line.equals("ready")) {
      return worker.mayBecome(WorkerState.STANDBY);
    } else if (line.equals("accepted")) {
      return worker.mayBecome(WorkerState.BUSY);
    } else if (line.startsWith(REPLACE)) {
      return worker.state() != WorkerState.STARTING; // the next would say the same
    }
    return !line.startsWith(SETUP_FAILED) || worker.mayBecome(WorkerState.SETUP_FAILED);
  }
}
