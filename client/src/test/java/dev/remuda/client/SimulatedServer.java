package dev.remuda.client;

import dev.remuda.protocol.Capability;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What listens at one address: it refuses while it is down, lets connections wait in its backlog,
 * and gives each a worker of its own.
 */
final class SimulatedServer implements SimulatedLoop.Actor, SimulatedLine.Host {
  final SimulatedLoop loop;
  final Ledger ledger;
  final String name;

  /** How much goes wrong, in percent of what can. */
  private int trouble;

  /** The only thing that goes wrong; empty for whatever can. */
  final String only;

  /** What workers announce; none at all for those of the base protocol. */
  private Set<Capability> capabilities;

  private final Deque<SimulatedLine> backlog = new ArrayDeque<>();
  final List<SimulatedWorker> workers = new ArrayList<>();
  private boolean down;
  private boolean asleep;
  private int started;

  SimulatedServer(
      SimulatedLoop loop,
      Ledger ledger,
      String name,
      Setting setting,
      Set<Capability> capabilities) {
    this.loop = loop;
    this.ledger = ledger;
    this.name = name;
    this.trouble = setting.trouble;
    this.only = setting.only;
    this.capabilities = capabilities.isEmpty() ? capabilities : EnumSet.copyOf(capabilities);
  }

  int trouble() {
    return trouble;
  }

  /** From now on all goes well; workers that hang are killed. */
  void heal() {
    trouble = 0;
    start(capabilities);
    new ArrayList<>(workers)
        .stream().filter(SimulatedWorker::isSilent).forEach(SimulatedWorker::die);
  }

  Set<Capability> capabilities() {
    return capabilities;
  }

  @Override
  public @Nullable String refusal() {
    if (down) {
      return "Connection refused";
    }
    return trouble > 0 && only.isEmpty() && loop.chance.below(2_000) < trouble
        ? "backlog is full"
        : null;
  }

  @Override
  public void connected(SimulatedLine line) {
    backlog.add(line);
  }

  @Override
  public boolean canAct() {
    return !asleep && !backlog.isEmpty();
  }

  /** A worker accepts. */
  @Override
  public void act() {
    SimulatedLine line = backlog.remove();
    var worker = new SimulatedWorker(this, line, name + "(" + ++started + ")", capabilities);
    loop.note(() -> worker.id + " accepts");
    workers.add(worker);
    loop.add(worker);
  }

  /** No worker accepts for a while: what connects waits. */
  void sleep(boolean yes) {
    asleep = yes;
  }

  /** Refuses, and ends all that it has. */
  void stop() {
    loop.note(() -> name + " stops");
    down = true;
    backlog.forEach(line -> line.peerClose(true));
    backlog.clear();
    new ArrayList<>(workers).forEach(SimulatedWorker::die);
  }

  void start(Set<Capability> announced) {
    loop.note(() -> name + " starts");
    capabilities = announced;
    down = false;
    asleep = false;
  }

  void kill(String workerId) {
    for (SimulatedWorker worker : new ArrayList<>(workers)) {
      if (worker.id.equals(workerId)) {
        worker.die();
      }
    }
  }
}
