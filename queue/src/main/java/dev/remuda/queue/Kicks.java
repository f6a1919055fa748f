package dev.remuda.queue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Kicks of one queue: to this process's own consumers directly, to others by datagrams, and by
 * PostgreSQL's notifications where datagrams do not reach all. Safe for every thread.
 */
final class Kicks implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long REFRESH_NANOS = 1_000_000_000;
  private static final int MOST_ADDRESSES = 8;

  private final long queue;
  private final QueueConfig config;
  private final Map<String, ConsumerLoop> loops;
  private final String host;
  private final KickSender sender = new KickSender();
  private final Runnable onWork;

  private volatile Peers peers = new Peers(Set.of(), false, System.nanoTime() - 2 * REFRESH_NANOS);

  /** Types whose kick goes to consumers that come to be known, too. */
  private final Set<String> unsent = ConcurrentHashMap.newKeySet();

  /** Types whose kick goes by the database, too. */
  private final Set<String> untold = ConcurrentHashMap.newKeySet();

  private volatile @Nullable KickReceiver receiver;
  private volatile @Nullable PostgresChannel channel;
  private volatile long testNumber;
  private volatile boolean datagramHeard;
  private volatile boolean notificationHeard;

  /**
   * Who else consumes.
   *
   * @param distant whether some can be reached by the database only
   */
  private record Peers(Set<InetSocketAddress> addresses, boolean distant, long seen) {}

  /**
   * @param onWork called when there is something for the keeper to do
   */
  Kicks(
      long queue,
      QueueConfig config,
      Map<String, ConsumerLoop> loops,
      String host,
      Runnable onWork) {
    this.queue = queue;
    this.config = config;
    this.loops = loops;
    this.host = host;
    this.onWork = onWork;
  }

  /** Begins to receive; where, separated by spaces. */
  synchronized String receive() {
    KickReceiver receiving = receiver;
    if (receiving == null && !config.addresses().isEmpty()) {
      receiving =
          new KickReceiver(queue, config.addresses(), this::kicked, number -> heard(number, true));
      receiver = receiving;
    }
    if (channel == null && config.channel().isPresent()) {
      channel =
          new PostgresChannel(config.database(), config.names(), this::notified, this::pollAll);
    }
    return receiving == null
        ? ""
        : receiving.addresses().stream()
            .map(a -> a.getAddress().getHostAddress() + "|" + a.getPort())
            .collect(Collectors.joining(" "));
  }

  private void notified(KickMessage message) {
    if (message.queue() == queue) {
      switch (message.kind()) {
        case KICK -> kicked(message.value());
        case TEST -> heard(message.value(), false);
      }
    }
  }

  private void kicked(long typeHash) {
    for (ConsumerLoop loop : loops.values()) {
      if (typeHash == KickMessage.EVERY_TYPE || typeHash == KickMessage.hash(loop.type())) {
        loop.kick();
      }
    }
  }

  /** After a time without ears nobody knows what was missed. */
  private void pollAll() {
    loops.values().forEach(ConsumerLoop::poll);
  }

  /** Tells all consumers of a type. Does not block and never throws. */
  void fire(String type) {
    ConsumerLoop own = loops.get(type);
    if (own != null) {
      own.kick();
    }
    Peers known = peers;
    send(type, known.addresses());
    boolean toSend = unsent.add(type);
    boolean toTell = known.distant() && untold.add(type);
    if (toSend || toTell) {
      onWork.run();
    }
  }

  private void send(String type, Set<InetSocketAddress> to) {
    if (!to.isEmpty()) {
      KickMessage kick = new KickMessage(KickMessage.Kind.KICK, queue, KickMessage.hash(type));
      to.forEach(address -> sender.send(kick, address));
    }
  }

  /** Nanoseconds until it is to be asked who consumes: a consumer that came since was not told. */
  long untilRefresh() {
    return unsent.isEmpty()
        ? Long.MAX_VALUE
        : Math.max(0, peers.seen() + REFRESH_NANOS - System.nanoTime());
  }

  /** Types to be passed to {@link #know}; to be taken before it is asked who consumes. */
  List<String> takeUnsent() {
    List<String> types = List.copyOf(unsent);
    types.forEach(unsent::remove);
    return types;
  }

  /** Takes over who consumes, and tells those that are new of what they missed. */
  void know(List<Housekeeping.ConsumerRow> consumers, long me, List<String> missed) {
    var addresses = new HashSet<InetSocketAddress>();
    boolean distant = false;
    for (Housekeeping.ConsumerRow consumer : consumers) {
      if (consumer.id() != me) {
        List<InetSocketAddress> reachable = reachable(consumer);
        addresses.addAll(reachable);
        distant |= reachable.isEmpty();
      }
    }
    Peers before = peers;
    boolean notifies = distant && config.channel().isPresent();
    peers = new Peers(Set.copyOf(addresses), notifies, System.nanoTime());
    addresses.removeAll(before.addresses());
    missed.forEach(type -> send(type, addresses));
    if (notifies) {
      untold.addAll(missed);
    }
  }

  /** What is to be sent by the database. */
  List<KickMessage> takeNotifications() {
    var notifications = new ArrayList<KickMessage>();
    for (String type : List.copyOf(untold)) {
      untold.remove(type);
      notifications.add(new KickMessage(KickMessage.Kind.KICK, queue, KickMessage.hash(type)));
    }
    return notifications;
  }

  /** A loopback address is this host's, whoever wrote it. */
  private List<InetSocketAddress> reachable(Housekeeping.ConsumerRow consumer) {
    var reachable = new ArrayList<InetSocketAddress>();
    if (config.addresses().isEmpty()) {
      return reachable;
    }
    for (String text : consumer.addresses().split(" ", MOST_ADDRESSES)) {
      InetSocketAddress address = address(text);
      if (address != null
          && (!address.getAddress().isLoopbackAddress() || consumer.host().equals(host))) {
        reachable.add(address);
        break;
      }
    }
    return reachable;
  }

  /** The row is input: a name in it is not looked up, and what is no address is passed over. */
  private static @Nullable InetSocketAddress address(String text) {
    int bar = text.indexOf('|');
    if (bar < 1 || !text.substring(0, bar).matches("[0-9a-fA-F:.%]+")) {
      return null;
    }
    try {
      int port = Integer.parseInt(text.substring(bar + 1));
      InetAddress literal = InetAddress.ofLiteral(text.substring(0, bar));
      return port > 0 && port < 65_536 && !literal.isMulticastAddress()
          ? new InetSocketAddress(literal, port)
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private void heard(long number, boolean datagram) {
    if (number == testNumber) {
      if (datagram) {
        datagramHeard = true;
      } else {
        notificationHeard = true;
      }
    }
  }

  /**
   * Begins a test of all ways that kicks come; the text is to be sent as a notification with the
   * next heartbeat.
   */
  @Nullable String beginTest() {
    datagramHeard = false;
    notificationHeard = false;
    testNumber = RANDOM.nextLong();
    return repeatTest();
  }

  /** Sends the same test again: one datagram may be lost, and who is to hear may not listen yet. */
  @Nullable String repeatTest() {
    KickReceiver receiving = receiver;
    KickMessage test = new KickMessage(KickMessage.Kind.TEST, queue, testNumber);
    if (receiving != null) {
      receiving.addresses().forEach(address -> sender.send(test, address));
    }
    return channel == null ? null : test.text();
  }

  /** What came of the test; to be asked a while after it was begun. */
  KickState endTest() {
    PostgresChannel listening = channel;
    if (listening != null) {
      return notificationHeard ? KickState.HEARD : KickState.DEGRADED;
    }
    if (receiver == null) {
      return KickState.OFF;
    }
    return datagramHeard ? KickState.HEARD : KickState.DEGRADED;
  }

  /** A connection that was not heard for so long is made again. */
  void suspectChannel() {
    PostgresChannel listening = channel;
    if (listening != null) {
      listening.suspect();
    }
  }

  long received() {
    KickReceiver receiving = receiver;
    return receiving == null ? 0 : receiving.received();
  }

  long refused() {
    KickReceiver receiving = receiver;
    return receiving == null ? 0 : receiving.refused();
  }

  @Override
  public void close() {
    KickReceiver receiving = receiver;
    if (receiving != null) {
      receiving.close();
    }
    PostgresChannel listening = channel;
    if (listening != null) {
      listening.close();
    }
    sender.close();
  }
}
