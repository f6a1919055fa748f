package dev.remuda.queue;

import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A durable queue of messages in a table of SQLite, H2 or PostgreSQL. What was enqueued is handled
 * at least once, whatever is killed in between. Any program may insert too, with plain SQL: {@code
 * INSERT INTO MessageQueue (type, data) VALUES ('mail', '…')}; it is found at the next poll.
 *
 * <p>Safe for every thread. Methods that reach the database block, and throw {@link
 * QueueStoreException} where it fails; what was asked may then have been done or not. SQLite blocks
 * in native code, which pins a virtual thread's carrier for that time. A queue holds one connection
 * to SQLite, or to others two, and one more for each type that it consumes and for listening.
 */
public final class MessageQueue implements AutoCloseable {
  /** The table's name. */
  public static final String DEFAULT_TABLE = "MessageQueue";

  /** How often the database is asked without a kick. */
  public static final Duration DEFAULT_POLL = Duration.ofSeconds(20);

  /** How often a process with claimed messages says that it lives. */
  public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(5);

  /** After which silence a process is taken for dead. */
  public static final Duration DEFAULT_STALE_AFTER = Duration.ofSeconds(30);

  /** How long closing waits for handlers. */
  public static final Duration DEFAULT_CLOSE_PATIENCE = Duration.ofSeconds(30);

  /** How many bytes a message's data may have in UTF-8. */
  public static final int DEFAULT_MAX_DATA = 1 << 20;

  /** Types with more characters are refused. */
  public static final int MAX_TYPE = 200;

  private static final int MOST_DEAD = 1_000;

  private final QueueConfig config;
  private final long number;
  private final Link shared;
  private final Presence presence;
  private final Map<String, ConsumerLoop> loops = new ConcurrentHashMap<>();
  private final MessageStore store;
  private final Enqueuer enqueuer;
  private final Kicks kicks;
  private final Keeper keeper;
  private final Snapshots snapshots;
  private boolean closed;

  private MessageQueue(QueueConfig config) throws SQLException {
    this.config = config;
    this.shared = new Link(config.database());
    this.store = storeOn(shared, false);
    long prepared;
    try {
      prepared = store.prepare(config.createSchema() && !config.database().readOnly());
    } catch (SQLException | RuntimeException e) {
      shared.close();
      throw e;
    }
    number = prepared;
    Signal signal = new Signal();
    ThisProcess process = ThisProcess.describe();
    presence =
        new Presence(
            process.name(),
            process.host(),
            config.staleAfter().toNanos(),
            owner -> loops.values().forEach(loop -> loop.lost(owner)));
    kicks = new Kicks(number, config, loops, process.host(), signal::give);
    enqueuer = new Enqueuer(store, kicks);
    MessageStore keepers = anotherStore();
    keeper = new Keeper(config, keepers, presence, loops, kicks, signal);
    snapshots = new Snapshots(config, keepers, keeper, kicks, loops);
    kicks.know(keepers.housekeeping().consumers(600_000), 0, List.of());
    if (!config.database().readOnly()) {
      keeper.start();
    }
  }

  private MessageStore anotherStore() {
    boolean single = config.database().dialect().singleWriter();
    return single ? storeOn(shared, false) : storeOn(new Link(config.database()), true);
  }

  private MessageStore storeOn(Link link, boolean own) {
    return new JdbcStore(link, own, config.database(), config.names(), config.keepDone());
  }

  /**
   * Opens a queue with all defaults.
   *
   * @param url {@code sqlite:FILE} or a JDBC URL
   * @see Builder#open
   */
  public static MessageQueue open(String url) {
    return builder(url).open();
  }

  /**
   * Begins to build a queue.
   *
   * @param url {@code sqlite:FILE} or a JDBC URL
   */
  public static Builder builder(String url) {
    return new Builder(url, null);
  }

  /**
   * Begins to build a queue on connections of the caller's. They are held as long as the queue is
   * open. Those to SQLite must begin their transactions IMMEDIATE, and those to H2 may change
   * settings.
   */
  public static Builder builder(DataSource source) {
    return new Builder("", source);
  }

  /** Inserts a message in a transaction of its own and tells consumers. */
  public Enqueued enqueue(String type, String data) {
    return enqueue(type, data, EnqueueOptions.NONE);
  }

  /**
   * Inserts a message in a transaction of its own and tells consumers. Calls that come at once are
   * committed at once.
   *
   * @throws IllegalArgumentException naming all that cannot be in the arguments
   */
  public Enqueued enqueue(String type, String data, EnqueueOptions options) {
    refuseReadOnly();
    NewMessage message = NewMessage.of(type, data, options, config.maxData());
    return Failures.unchecked("cannot enqueue", () -> enqueuer.enqueue(List.of(message)))
        .getFirst();
  }

  /**
   * Inserts messages of one type in one transaction, all or none, and tells consumers.
   *
   * @throws IllegalArgumentException naming all that cannot be in the arguments
   */
  public List<Enqueued> enqueueAll(String type, List<String> data, EnqueueOptions options) {
    refuseReadOnly();
    List<NewMessage> messages =
        data.stream().map(one -> NewMessage.of(type, one, options, config.maxData())).toList();
    return Failures.unchecked("cannot enqueue", () -> enqueuer.enqueue(messages));
  }

  /**
   * Inserts a message in the caller's own transaction, on a connection to the queue's database.
   *
   * @return the kick to be fired after the commit
   * @throws SQLException if the database refuses; the transaction is the caller's to end
   * @throws IllegalArgumentException naming all that cannot be in the arguments
   */
  public PendingKick enqueue(
      Connection connection, String type, String data, EnqueueOptions options) throws SQLException {
    refuseReadOnly();
    NewMessage message = NewMessage.of(type, data, options, config.maxData());
    return new PendingKick(store.enqueue(connection, message), () -> kicks.fire(type));
  }

  /**
   * Runs work in one transaction of the queue's connection, commits it and then tells consumers.
   * Everything is rolled back where the work throws. Other transactions and inserts of this object
   * wait meanwhile.
   *
   * @throws X what the work throws
   */
  public <T, X extends Exception> T transaction(TransactionWork<T, X> work) throws X {
    refuseReadOnly();
    return Failures.<T, X>unchecked(
        "the transaction failed", () -> enqueuer.transaction(config.maxData(), work));
  }

  /** Consumes a type one message at a time. */
  public Consumption consume(String type, MessageHandler handler) {
    return consume(type, ConsumeOptions.DEFAULT, handler);
  }

  /**
   * Consumes a type, oldest message first, until what this returns or the queue is closed.
   *
   * @throws IllegalStateException if this queue consumes the type already, or is closed
   * @throws IllegalArgumentException if there can be no such type
   */
  public synchronized Consumption consume(
      String type, ConsumeOptions options, MessageHandler handler) {
    refuseReadOnly();
    var problems = new ArrayList<String>();
    Texts.type(type, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    if (closed || loops.containsKey(type)) {
      throw new IllegalStateException(
          closed ? "the queue is closed" : "type " + type + " is consumed already");
    }
    Failures.unchecked("cannot register as a consumer", this::register);
    ConsumerLoop loop =
        new ConsumerLoop(
            type,
            options,
            handler,
            config,
            new ConsumerLoop.ConsumerParts(
                anotherStore(), presence, keeper.counters(type), () -> ended(type)));
    loops.put(type, loop);
    loop.start();
    keeper.consume();
    return loop;
  }

  /** What was given back, or stood behind it, is for others to handle. */
  private void ended(String type) {
    loops.remove(type);
    kicks.fire(type);
  }

  private boolean register() throws SQLException {
    presence.addresses(kicks.receive());
    presence.register(store.housekeeping());
    return true;
  }

  /**
   * The newest dead messages, of one type or of all where it is null; at most 1,000, and of long
   * data the beginning.
   */
  public List<DeadMessage> deadMessages(@Nullable String type, int limit) {
    return deadMessages(type, limit, Long.MAX_VALUE);
  }

  /**
   * The next page of the dead messages, newest first.
   *
   * @param below the number of the last one of the page before
   */
  public List<DeadMessage> deadMessages(@Nullable String type, int limit, long below) {
    int most = Math.clamp(limit, 1, MOST_DEAD);
    return Failures.unchecked(
        "cannot read the dead", () -> store.inspection().dead(type, most, below));
  }

  /**
   * A dead message with all its data.
   *
   * @param id of the {@link DeadMessage}
   */
  public Optional<DeadMessage> deadMessage(long id) {
    return Failures.unchecked("cannot read the dead", () -> store.inspection().dead(id));
  }

  /**
   * Puts a dead message back into the queue, as new.
   *
   * @param id of the {@link DeadMessage}
   * @return false where there is none
   */
  public boolean retryDead(long id) {
    refuseReadOnly();
    Optional<String> type =
        Failures.unchecked("cannot retry the dead", () -> store.inspection().retryDead(id));
    type.ifPresent(kicks::fire);
    return type.isPresent();
  }

  /**
   * Puts all dead messages back, of one type or of all where it is null.
   *
   * @return how many
   */
  public int retryAllDead(@Nullable String type) {
    refuseReadOnly();
    int moved = 0;
    int last = MOST_DEAD;
    while (last == MOST_DEAD) {
      List<String> types =
          Failures.unchecked(
              "cannot retry the dead", () -> store.inspection().retryDead(type, MOST_DEAD));
      Set.copyOf(types).forEach(kicks::fire);
      last = types.size();
      moved += last;
    }
    return moved;
  }

  /**
   * Deletes a dead message for good.
   *
   * @return false where there is none
   */
  public boolean deleteDead(long id) {
    refuseReadOnly();
    return Failures.unchecked("cannot delete the dead", () -> store.inspection().deleteDead(id));
  }

  private void refuseReadOnly() {
    if (config.database().readOnly()) {
      throw new IllegalStateException("the queue was opened to be looked at only");
    }
  }

  /** The state of the queue; asks the database at most once a second. */
  public QueueSnapshot snapshot() {
    return Failures.unchecked("cannot look at the queue", snapshots::take);
  }

  /** Ends all consumption as {@link Consumption#close} says, and gives connections back. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    List<Thread> closers =
        loops.values().stream().map(loop -> Thread.startVirtualThread(loop::close)).toList();
    boolean interrupted = Failures.joinAll(closers);
    keeper.close();
    kicks.close();
    shared.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds a queue; everything that is not set has the default of the constant named after it. */
  public static final class Builder {
    private final String url;
    private final @Nullable DataSource source;
    private final Properties credentials = new Properties();
    private final List<CronText> crons = new ArrayList<>();
    private boolean createSchema = true;
    private boolean readOnly;
    private boolean notifications = true;
    private List<InetAddress> kickAddresses = Loopback.ADDRESSES;

    String table = DEFAULT_TABLE;
    Duration poll = DEFAULT_POLL;
    Duration heartbeat = DEFAULT_HEARTBEAT;
    Duration staleAfter = DEFAULT_STALE_AFTER;
    Duration closePatience = DEFAULT_CLOSE_PATIENCE;
    int maxData = DEFAULT_MAX_DATA;
    int keepDone;

    private record CronText(String name, String schedule, ZoneId zone, String type, String data) {}

    private Builder(String url, @Nullable DataSource source) {
      this.url = url.startsWith("sqlite:") ? "jdbc:" + url : url;
      this.source = source;
    }

    /** Who logs in, where the URL does not say it. */
    public Builder credentials(String user, String password) {
      credentials.setProperty("user", user);
      credentials.setProperty("password", password);
      return this;
    }

    /**
     * The table of messages: a letter, then letters, digits and underscores. The other tables are
     * called after it without "Queue": {@code message_dead} beside {@code MessageQueue}.
     */
    public Builder table(String name) {
      table = name;
      return this;
    }

    /** Whether tables are made and upgraded, true by default; otherwise what lacks is refused. */
    public Builder createSchema(boolean create) {
      createSchema = create;
      return this;
    }

    /**
     * Only for looking: what would change the queue throws {@link IllegalStateException}, a
     * database that is no queue is refused, and a file stays as it is, byte for byte.
     */
    public Builder readOnly() {
      readOnly = true;
      return this;
    }

    /** How often the database is asked without a kick; from 1 ms to a day. */
    public Builder poll(Duration every) {
      poll = every;
      return this;
    }

    /** How often this process says that it lives while it has messages; from 1 ms to a day. */
    public Builder heartbeat(Duration every) {
      heartbeat = every;
      return this;
    }

    /**
     * After which silence other processes are taken for dead; at least three heartbeats. It should
     * be the same wherever the queue is consumed.
     */
    public Builder staleAfter(Duration silence) {
      staleAfter = silence;
      return this;
    }

    /** How long closing waits for handlers before it interrupts them; zero to a day. */
    public Builder closePatience(Duration patience) {
      closePatience = patience;
      return this;
    }

    /** How many bytes a message's data may have in UTF-8; from 1 to 256 Mi. */
    public Builder maxData(int bytes) {
      maxData = bytes;
      return this;
    }

    /**
     * For how many days the messages that this process finishes stay in {@code message_done}; 0,
     * the default, for none. What other processes keep is theirs to say.
     */
    public Builder keepDone(int days) {
      keepDone = days;
      return this;
    }

    /**
     * Where kicks are received by datagrams, by default both loopback addresses; none for no
     * datagrams. Anybody who can send there can have the database polled, up to 1,000 times a
     * second, and nothing else.
     */
    public Builder kicksOn(InetAddress... addresses) {
      kickAddresses = List.of(addresses);
      return this;
    }

    /** Whether PostgreSQL's LISTEN and NOTIFY carry kicks; true by default. */
    public Builder notifications(boolean use) {
      notifications = use;
      return this;
    }

    /**
     * Has a message inserted at certain times, once for all processes that have an entry of the
     * same name. Times that pass while none of them runs are made good by one message.
     *
     * @param schedule the five fields of cron, as {@link CronTimes} reads them
     */
    public Builder cron(String name, String schedule, ZoneId zone, String type, String data) {
      crons.add(new CronText(name, schedule, zone, type, data));
      return this;
    }

    /**
     * Connects, makes or upgrades the tables, and opens the queue.
     *
     * @throws IllegalArgumentException naming everything that cannot be in the settings
     * @throws QueueSchemaException if the tables cannot be used
     * @throws QueueStoreException if the database cannot be reached or written
     */
    public MessageQueue open() {
      List<String> problems = QueueConfig.problems(this);
      if (source == null && Dialect.ofUrl(url) == null) {
        problems.add(Connections.unknown(url));
      }
      var entries = new ArrayList<QueueConfig.CronEntry>();
      crons.forEach(cron -> read(cron, entries, problems));
      if (readOnly && !entries.isEmpty()) {
        problems.add(
            "readOnly and cron entry " + entries.getFirst().name() + " exclude each other");
      }
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
      return Failures.unchecked(
          "cannot open queue " + table, () -> new MessageQueue(config(database(), entries)));
    }

    private Database database() throws SQLException {
      if (source != null) {
        return Connections.bySource(source, readOnly);
      }
      if (readOnly) {
        return Connections.byUrlToRead(url, credentials);
      }
      if (!createSchema && url.startsWith("jdbc:sqlite:")) {
        refuseForeign();
      }
      return Connections.byUrl(url, credentials);
    }

    /** Before a file is made, or its journal changed, that is none of ours. */
    private void refuseForeign() throws SQLException {
      Database looked = Connections.byUrlToRead(url, credentials);
      try (Link link = new Link(looked)) {
        new Schema(looked, TableNames.of(table), false).prepare(link, false);
      }
    }

    private void read(CronText cron, List<QueueConfig.CronEntry> entries, List<String> problems) {
      try {
        EnqueueOptions options = EnqueueOptions.NONE;
        Texts.key("cron name", cron.name(), problems);
        entries.add(
            new QueueConfig.CronEntry(
                cron.name(),
                CronTimes.parse(cron.schedule(), cron.zone()),
                NewMessage.of(cron.type(), cron.data(), options, maxData)));
      } catch (IllegalArgumentException e) {
        problems.add("cron " + cron.name() + ": " + e.getMessage());
      }
    }

    private QueueConfig config(Database database, List<QueueConfig.CronEntry> entries) {
      return new QueueConfig(
          database,
          TableNames.of(table),
          createSchema,
          poll,
          heartbeat,
          staleAfter,
          closePatience,
          maxData,
          keepDone,
          kickAddresses,
          notifications,
          List.copyOf(entries));
    }
  }
}
