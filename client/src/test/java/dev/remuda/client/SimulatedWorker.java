package dev.remuda.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WorkerHello;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A worker that speaks the protocol byte for byte, as far as it announces it, and now and then
 * comes to grief as workers do. It checks that the client keeps to the protocol, too: whatever it
 * has not announced ends it, as it would a program of the base protocol.
 */
final class SimulatedWorker implements SimulatedLoop.Actor {
  final String id;
  private final SimulatedServer server;
  private final SimulatedLoop loop;
  private final Ledger ledger;
  private final Chance chance;
  private final SimulatedLine line;
  private final Set<Capability> capabilities;
  private final MessageReader reader = new MessageReader(Limits.DEFAULTS);
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);

  /** Calls and releases that were read and are not begun. */
  private final Deque<Message> inbox = new ArrayDeque<>();

  private Message.@Nullable Do running;
  private boolean greeted;
  private boolean announced;
  private boolean anyDo;
  private boolean aborted;
  private boolean silent;
  private boolean askedToRetire;
  private boolean dead;
  private boolean failedSinceRelease;
  private long failedBatch = -1;
  private long failures;
  private int turns;
  private long window;
  private long sentValues;
  private long takenValues;
  private int plannedValues;
  private long holder = -1;

  SimulatedWorker(
      SimulatedServer server, SimulatedLine line, String id, Set<Capability> capabilities) {
    this.server = server;
    this.loop = server.loop;
    this.ledger = server.ledger;
    this.chance = server.loop.chance;
    this.line = line;
    this.id = id;
    this.capabilities = capabilities;
  }

  private boolean can(Capability capability) {
    return announced && capabilities.contains(capability);
  }

  boolean isDead() {
    return dead;
  }

  /** True while it may answer a call without an end. */
  boolean isSilent() {
    return silent;
  }

  private boolean trouble(int percent) {
    return server.only.isEmpty() && chance.below(10_000) < percent * server.trouble();
  }

  private boolean mayAskToRetire() {
    return server.only.equals("rt") ? server.trouble() > 0 && chance.percent(20) : trouble(2);
  }

  @Override
  public boolean canAct() {
    return line.readable() > 0
        || line.isClientGone()
        || (running == null && !inbox.isEmpty() && !silent)
        || maySendValue();
  }

  @Override
  public void act() {
    if (trouble(1)) {
      ledger.count("worker dies at any moment");
      die();
    } else if (line.readable() > 0 && (running == null || chance.percent(70))) {
      read();
    } else if (line.isClientGone() && line.readable() == 0) {
      loop.note(() -> id + " sees its client gone");
      die();
    } else if (maySendValue()) {
      sendValue();
    } else if (running == null && !inbox.isEmpty() && !silent) {
      begin(inbox.remove());
    } else if (line.readable() > 0) {
      read();
    }
  }

  private void read() {
    if (trouble(2)) {
      ledger.count("worker dies before it reads");
      die();
      return;
    }
    int readable = line.readable();
    int count = chance.percent(70) ? readable : 1 + chance.below(readable);
    reader.feed(ByteBuffer.wrap(line.peerRead(count)));
    for (Message message = reader.next(); message != null && !dead; message = reader.next()) {
      Message read = message;
      loop.note(() -> id + " reads " + read.code() + " " + read.meta().entries() + read.rest());
      received(message);
    }
  }

  private void received(Message message) {
    if (capabilities.isEmpty() && message instanceof Message.Hi) {
      ledger.count("greeting ends a worker of the base protocol");
      die(); // unknown code
      return;
    }
    switch (message) {
      case Message.Hi _ -> {
        ledger.require(!greeted && !anyDo, () -> id + " is greeted twice");
        greeted = true;
        if (trouble(2)) {
          die();
        } else if (trouble(1)) {
          silent = true;
        } else {
          reply(new Message.Hi(withHello(Meta.EMPTY)));
        }
      }
      case Message.Do call -> {
        checkMeta(call);
        checkHolder(call);
        anyDo = true;
        inbox.add(call);
      }
      case Message.Dn _ -> {
        ledger.require(onlySkipsAreOwed(), () -> id + " is released while it owes answers");
        holder = -1;
        inbox.add(message);
      }
      case Message.Ab _ -> {
        ledger.require(can(Capability.AB), () -> id + " is aborted and never said it could be");
        ledger.require(!aborted, () -> id + " is aborted twice");
        aborted = true;
        abort();
      }
      case Message.Ak ak -> {
        takenValues += ak.meta().taken();
        ledger.require(can(Capability.PR), () -> id + " hears ak and never announced pr");
        ledger.require(takenValues <= sentValues, () -> id + " hears of more values than it sent");
      }
      default -> ledger.require(false, () -> id + " was sent " + message.code());
    }
  }

  private void checkMeta(Message.Do call) {
    Map<String, @Nullable Object> meta = call.meta().entries();
    ledger.require(
        !meta.containsKey("c") || (!anyDo && !greeted),
        () -> id + " hears the greeting twice: " + meta);
    for (String key : meta.keySet()) {
      boolean may =
          switch (key) {
            case "c" -> true;
            case "dl" -> can(Capability.DL);
            case "b" -> can(Capability.PIPE);
            case "pr" -> can(Capability.PR);
            default -> false;
          };
      ledger.require(may, () -> id + " never announced " + key);
    }
    ledger.require(
        can(Capability.PIPE) || (running == null && !callWaits()),
        () -> id + " has two calls at once and never announced pipe");
    ledger.require(
        call.meta().batch() <= failures,
        () -> id + " hears batch " + call.meta().batch() + " after " + failures + " failures");
    greeted = greeted || meta.containsKey("c");
  }

  private boolean callWaits() {
    return inbox.stream().anyMatch(Message.Do.class::isInstance);
  }

  private boolean onlySkipsAreOwed() {
    boolean only = running == null;
    for (Message waiting : inbox) {
      only &= waiting instanceof Message.Do call && call.meta().batch() == failedBatch;
    }
    return only;
  }

  private void checkHolder(Message.Do call) {
    long checkout = Ledger.checkoutOf(call);
    if (holder != checkout) {
      ledger.require(
          holder == -1, () -> id + " serves " + checkout + " while " + holder + " has it");
      ledger.require(!aborted, () -> id + " is given away after an abort");
      ledger.require(!failedSinceRelease, () -> id + " is given away after a failure");
      holder = checkout;
    }
    ledger.arrived(call, this);
  }

  private Meta withHello(Meta meta) {
    if (!greeted || announced || capabilities.isEmpty()) {
      return meta;
    }
    announced = true;
    return meta.and(new WorkerHello(1, id, capabilities, null));
  }

  private void reply(Message message) {
    writer.clear();
    writer.write(message);
    line.peerSend(writer.written().array(), writer.written().limit());
    loop.note(() ->
        id + " sends " + new String(writer.written().array(), 0, writer.written().limit(), UTF_8));
    if (can(Capability.RT) && !askedToRetire && mayAskToRetire()) {
      askedToRetire = true;
      ledger.count("rt");
      reply(new Message.Rt(Meta.EMPTY));
    }
  }

  private void bytes(String text) {
    loop.note(() -> id + " sends " + text);
    line.peerSend(text.getBytes(UTF_8), text.length());
  }

  private void begin(Message message) {
    if (message instanceof Message.Do call) {
      if (can(Capability.PIPE) && call.meta().batch() == failedBatch) {
        ledger.count("skipped in the pipeline");
        reply(
            new Message.Er(
                Meta.EMPTY.andSkipped(), "skipped: an earlier call of this checkout failed"));
      } else {
        run(call);
      }
    } else {
      released();
    }
  }

  private void released() {
    if (!can(Capability.RD)) {
      return;
    }
    if (trouble(3)) {
      ledger.count("hook never ends");
      silent = true;
    } else if (trouble(3)) {
      ledger.count("rt instead of rd");
      reply(new Message.Rt(Meta.EMPTY));
      loop.later(chance.below(3_000_000), id + " leaves", this::die);
    } else {
      silent = true;
      loop.later(
          delay(),
          id + " released",
          () -> {
            silent = false;
            if (!dead) {
              reply(new Message.Rd(Meta.EMPTY));
            }
          });
    }
  }

  private long delay() {
    if (trouble(20)) {
      return chance.below(MILLISECONDS.toNanos(3_000));
    }
    return chance.percent(50) ? 0 : chance.below(MILLISECONDS.toNanos(20));
  }

  private void run(Message.Do call) {
    running = call;
    int turn = ++turns;
    window = call.meta().window();
    sentValues = 0;
    takenValues = 0;
    plannedValues = window > 0 && can(Capability.PR) ? chance.below(50) : 0;
    ledger.runs(call, this);
    if (Ledger.isKiller(call) && chance.percent(90)) {
      ledger.count("killer call");
      die();
    } else if (trouble(3)) {
      ledger.count("worker dies while it runs");
      loop.later(delay(), id + " dies", this::die);
    } else if (trouble(3)) {
      ledger.count("silent call");
      silent = true;
    } else {
      loop.later(delay(), id + " answers", () -> answer(call, turn));
    }
  }

  private boolean maySendValue() {
    return running != null
        && !silent
        && !aborted
        && plannedValues > 0
        && sentValues - takenValues < window;
  }

  private void sendValue() {
    plannedValues--;
    reply(new Message.Pr(withHello(Meta.EMPTY), sentValues++));
  }

  private void answer(Message.Do call, int turn) {
    if (dead || turn != turns || running == null || silent) {
      return;
    }
    if (plannedValues > 0) {
      if (sentValues - takenValues >= window) {
        ledger.count("worker waits for its values to be taken");
      }
      loop.later(MILLISECONDS.toNanos(1), id + " answers", () -> answer(call, turn));
      return;
    }
    if (trouble(2)) {
      half(call);
    } else if (trouble(2)) {
      garbage();
    } else if (trouble(12)) {
      fail(call, trouble(15) ? "setup exception: no config" : "no");
    } else {
      succeed(call);
    }
  }

  private void half(Message.Do call) {
    ledger.count("half a reply");
    bytes("[\"ok\",{},[" + Ledger.callOf(call));
    die();
  }

  private void garbage() {
    ledger.count("garbage");
    ledger.spoils(this);
    bytes(
        chance.of(
            List.of("}", "[\"xx\",{}]", "[1]", "[\"hi\",{}]", "[\"do\",{},1]", "[\"rd\",{}]")));
    line.spoiled();
    silent = true;
  }

  private void succeed(Message.Do call) {
    running = null;
    ledger.answersOk(call);
    reply(new Message.Ok(withHello(Meta.EMPTY), Ledger.callOf(call)));
    if (trouble(2)) {
      ledger.count("a message too many");
      ledger.spoils(this);
      bytes("[\"hi\",{}]");
      line.spoiled();
      silent = true;
    }
  }

  private void fail(Message.Do call, String error) {
    running = null;
    failures++;
    failedBatch = call.meta().batch();
    failedSinceRelease |= !ledger.keepsAfterError(call);
    ledger.answersError(call, error);
    reply(new Message.Er(withHello(Meta.EMPTY), error));
  }

  private void abort() {
    if (trouble(15)) {
      ledger.count("abort is not answered");
      silent = true;
      return;
    }
    long pause = trouble(30) ? chance.below(MILLISECONDS.toNanos(400)) : 0;
    loop.later(
        pause,
        id + " answers the abort",
        () -> {
          if (dead) {
            return;
          }
          silent = true;
          bytes("[\"er\",{\"ab\":1,");
          long rest = trouble(30) ? chance.below(MILLISECONDS.toNanos(1_200)) : 0;
          loop.later(
              rest,
              id + " ends its dump",
              () -> {
                bytes("\"dump\":\"" + id + "\"},\"aborted\"]");
                die();
              });
        });
  }

  /** Ends, as a killed process does. */
  void die() {
    if (!dead) {
      dead = true;
      loop.note(() -> id + " ends");
      ledger.workerDied();
      loop.remove(this);
      server.workers.remove(this);
      line.peerClose(!line.isUnix() && chance.percent(50));
    }
  }
}
