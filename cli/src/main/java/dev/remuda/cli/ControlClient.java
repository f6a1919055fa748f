package dev.remuda.cli;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Capability;
import dev.remuda.protocol.ClientHello;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WireException;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server's control address. One thread asks; each question blocks it until there
 * is an answer, the connection ends, or the time for it is over, which ends the connection too.
 */
final class ControlClient implements AutoCloseable {
  /** The id in a supervisor's greeting; a worker's has a number in brackets. */
  private static final String SUPERVISOR = "supervisor";

  /** A supervisor waits no longer for a worker. */
  private static final long LONGEST_WAIT_MILLIS = 10_000;

  private static final long WINDOW = 500;

  private final Address named;
  private final Address.Unix control;
  private final Duration patience;
  private final ControlChannel channel;
  private long pid;

  private ControlClient(
      Address named, Address.Unix control, Duration patience, ControlChannel channel) {
    this.named = named;
    this.control = control;
    this.patience = patience;
    this.channel = channel;
  }

  /**
   * Connects, and makes sure that a supervisor is there: on a socket of workers a question would be
   * a call.
   *
   * @param named where the server listens, or its control address
   * @param patience for how long each answer is awaited; zero for ever
   */
  static ControlClient open(Address named, Duration patience) throws CommandException {
    Address.Unix control = ControlSocket.of(named);
    ControlClient client;
    try {
      client = new ControlClient(named, control, patience, new ControlChannel(patience));
    } catch (IOException e) {
      throw new CommandException(ExitStatus.FAILED, "cannot open a socket: " + e.getMessage(), e);
    }
    try {
      client.connect();
      client.greet();
      return client;
    } catch (CommandException e) {
      client.close();
      throw e;
    }
  }

  private void connect() throws CommandException {
    try {
      channel.connect(control);
    } catch (ConnectException e) {
      throw new CommandException(
          ExitStatus.TIMEOUT, "no server: nobody listens at " + control + " any more", e);
    } catch (ClosedChannelException e) {
      throw late(e);
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage());
      throw reason.startsWith("Permission denied")
          ? refused(e)
          : new CommandException(
              ExitStatus.TIMEOUT, "no server: cannot connect to " + control + ": " + reason, e);
    }
  }

  private CommandException refused(Exception e) {
    return new CommandException(
        ExitStatus.FAILED,
        "no permission to ask at "
            + control
            + ": "
            + ControlSocket.permissions(control.path())
            + "; only its own user and root may",
        e);
  }

  private void greet() throws CommandException {
    Message reply;
    try {
      var hello = new ClientHello(EnumSet.of(Capability.PR), "remuda");
      reply = channel.exchange(new Message.Hi(Meta.of(hello)));
    } catch (ClosedChannelException e) {
      throw late(e);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILED,
          control
              + " ended the connection without a word: it is no control address, or not for "
              + System.getProperty("user.name"),
          e);
    } catch (WireException e) {
      throw nonsense(String.valueOf(e.getMessage()), e);
    }
    WorkerHello hello = reply instanceof Message.Hi hi ? hi.meta().worker() : null;
    if (hello == null) {
      throw nonsense("'" + reply.code() + "' is no greeting", null);
    }
    if (!hello.id().equals(SUPERVISOR)) {
      String address = hello.controlAddress();
      throw new CommandException(
          ExitStatus.USAGE,
          "at "
              + control
              + " there are workers, such as "
              + hello.id()
              + "; "
              + (address == null
                  ? "their server has no control address"
                  : "their server is asked at " + address),
          null);
    }
    pid = hello.pid();
  }

  /** The server's process number, as it says. */
  long pid() {
    return pid;
  }

  /** Where it is asked. */
  Address.Unix control() {
    return control;
  }

  /**
   * The answer to a question.
   *
   * @param words the command and its arguments
   * @throws ServerEndedException when the connection ends before it
   * @throws CommandException when the server says that it cannot be, or says nothing in time
   */
  @Nullable Object ask(@Nullable Object... words) throws CommandException {
    return answer(Meta.EMPTY, words);
  }

  /** The same where the supervisor itself must wait for somebody. */
  @Nullable Object askAboutWorker(@Nullable Object... words) throws CommandException {
    // A little less than this side waits: who waited in vain is to hear for what.
    long millis = patience.minus(patience.dividedBy(10)).toMillis();
    long limit = patience.isZero() ? LONGEST_WAIT_MILLIS : Math.min(millis, LONGEST_WAIT_MILLIS);
    return answer(Meta.EMPTY.andMillisLeft(limit), words);
  }

  private @Nullable Object answer(Meta meta, @Nullable Object... words) throws CommandException {
    Message reply;
    try {
      reply = channel.exchange(new Message.Do(meta, Arrays.asList(words)));
    } catch (ClosedChannelException e) {
      throw late(e);
    } catch (IOException e) {
      throw ended(e);
    } catch (WireException e) {
      throw nonsense(String.valueOf(e.getMessage()), e);
    }
    return switch (reply) {
      case Message.Ok(Meta _, Object result) -> result;
      case Message.Er(Meta _, Object error) -> throw said(error);
      default -> throw nonsense("'" + reply.code() + "' is no answer", null);
    };
  }

  /**
   * Hears each value that comes, until there is none any more or the listener has enough. Blocks as
   * long as that takes.
   *
   * @param listener false when it has enough
   * @throws ServerEndedException when the connection ends
   */
  void follow(String command, Predicate<@Nullable Object> listener) throws CommandException {
    try {
      channel.send(new Message.Do(Meta.EMPTY.andWindow(WINDOW), Arrays.asList(command)));
      while (true) {
        switch (channel.read()) {
          case Message.Pr(Meta _, Object value) -> {
            if (!listener.test(value)) {
              return;
            }
          }
          case Message.Er(Meta _, Object error) -> throw said(error);
          case Message other -> throw nonsense("'" + other.code() + "' is no event", null);
        }
        acknowledge();
      }
    } catch (IOException e) {
      throw ended(e);
    } catch (WireException e) {
      throw nonsense(String.valueOf(e.getMessage()), e);
    }
  }

  private void acknowledge() {
    try {
      channel.send(new Message.Ak(Meta.taken(1)));
    } catch (IOException e) {
      // It has ended; what it said before that is still to be read.
    }
  }

  private CommandException late(Exception e) {
    return new CommandException(
        ExitStatus.TIMEOUT,
        "the server at "
            + control
            + (pid == 0 ? "" : " (pid " + pid + ")")
            + " did not answer within "
            + DurationText.of(patience)
            + "; it may be stopped, or very busy",
        e);
  }

  private ServerEndedException ended(Exception e) {
    return new ServerEndedException(
        "the server at " + control + " (pid " + pid + ") ended before it answered", e);
  }

  private static CommandException said(@Nullable Object error) {
    return new CommandException(ExitStatus.FAILED, String.valueOf(error), null);
  }

  private CommandException nonsense(String what, @Nullable Exception e) {
    return new CommandException(
        ExitStatus.FAILED,
        "what answers at "
            + control
            + (control.equals(named) ? "" : " (for " + named + ")")
            + " is no server of remuda's: "
            + what,
        e);
  }

  /** Its answer to a command is not what it should be. */
  CommandException nonsense(String command) {
    return nonsense("its answer to '" + command + "' has another form", null);
  }

  @Override
  public void close() {
    channel.close();
  }
}
