package dev.remuda.server;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.UnwritableValueException;
import dev.remuda.protocol.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One who asks at the control address: one question at a time, each answered before the next is
 * read. Belongs to the supervisor's loop.
 */
final class ControlConnection implements Question.Asker {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** Questions are short: 64 KiB, 16 levels, 1,000 values. */
  private static final Limits QUESTIONS = new Limits(64 << 10, 16, 100, 1_000);

  private static final Limits ANSWERS = new Limits(4 << 20, 64, 10_000, 1_000_000);

  /** How much is written before others have their turn. */
  private static final int CHUNKS_PER_TURN = 16;

  private enum State {
    READING(Epoll.EPOLLIN),
    /** Its question is open: nothing but its end is of interest. */
    WAITING(0),
    /** An answer is on its way out, or more questions may have come already. */
    WRITING(Epoll.EPOLLOUT),
    CLOSED(0);

    private final int interest;

    State(int interest) {
      this.interest = interest;
    }
  }

  /** Who answers, and who hears that it is over. */
  interface Host {
    void answer(@Nullable Object command, Question question);

    Meta greeting();

    void closed(ControlConnection connection);
  }

  private final EventLoop loop;
  private final ByteBuffer scratch;
  private final Host host;
  private final int fd;
  private final long tag;
  private final MessageReader reader = new MessageReader(QUESTIONS);
  private final MessageWriter writer = new MessageWriter(ANSWERS);
  private State state = State.READING;
  private ByteBuffer out = ByteBuffer.allocate(0);
  private List<Integer> attached = List.of();
  private @Nullable Question question;
  private @Nullable Runnable whenGone;
  private long quietSince = System.nanoTime();
  private boolean ended;
  private boolean refused;

  /** Owns the descriptor, unless this throws. */
  ControlConnection(int fd, EventLoop loop, ByteBuffer scratch, Host host) throws IOException {
    this.fd = fd;
    this.loop = loop;
    this.scratch = scratch;
    this.host = host;
    this.tag = loop.watch(fd, State.READING.interest, this::ready);
  }

  /**
   * How long it has neither asked nor taken an answer; 0 while its question is open, or it is
   * waited for.
   */
  long quietNanos() {
    return state == State.WAITING || whenGone != null ? 0 : System.nanoTime() - quietSince;
  }

  private void ready() {
    try {
      switch (state) {
        case READING -> read();
        case WAITING -> close();
        case WRITING -> write();
        case CLOSED -> {}
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "who asked at the control address has gone", e);
      close();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void read() throws IOException {
    scratch.clear();
    if (Linux.read(fd, scratch) < 0) {
      ended = true;
    } else {
      reader.feed(scratch.flip());
    }
    next();
  }

  /** One message a turn: nobody's many keep the loop from others. */
  private void next() throws IOException {
    Message message;
    try {
      message = reader.next();
    } catch (WireException e) {
      refuse(e.getMessage());
      return;
    }
    if (message != null) {
      quietSince = System.nanoTime();
      take(message);
    } else if (ended) {
      close();
    } else {
      become(State.READING);
    }
  }

  private void take(Message message) throws IOException {
    switch (message) {
      case Message.Do call -> ask(call);
      case Message.Hi _ -> send(new Message.Hi(host.greeting()));
      case Message.Dn _ -> become(State.WRITING);
      case Message.Ok _,
          Message.Er _,
          Message.Rd _,
          Message.Ab _,
          Message.Rt _,
          Message.Pr _,
          Message.Ak _ ->
          refuse("a control address is told do, dn or hi, not " + message.code());
    }
  }

  private void ask(Message.Do call) throws IOException {
    List<@Nullable Object> words = call.arguments();
    Object command = words.isEmpty() ? null : words.getFirst();
    var asked =
        new Question(
            words.isEmpty() ? words : words.subList(1, words.size()),
            call.meta().millisLeft(),
            this);
    question = asked;
    try {
      host.answer(command, asked);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a command of the control address failed", e);
      asked.failed(e.toString());
    }
    if (!asked.isOver()) {
      become(State.WAITING);
    }
  }

  @Override
  public void ok(@Nullable Object value, List<Integer> descriptors) {
    attached = descriptors;
    answer(new Message.Ok(Meta.EMPTY, value));
  }

  @Override
  public void failed(String error) {
    answer(new Message.Er(Meta.EMPTY, error));
  }

  @Override
  public void whenGone(Runnable callback) {
    whenGone = callback;
  }

  private void answer(Message message) {
    question = null;
    quietSince = System.nanoTime();
    try {
      send(message);
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "an answer of the control address cannot be sent", e);
      close();
    }
  }

  /** An error that is said, and the end of the connection. */
  private void refuse(@Nullable String error) throws IOException {
    refused = true;
    send(new Message.Er(Meta.EMPTY, error));
  }

  private void send(Message message) throws IOException {
    try {
      writer.write(message);
    } catch (UnwritableValueException | WireException e) {
      writer.write(new Message.Er(Meta.EMPTY, "the answer cannot be written: " + e.getMessage()));
    }
    out = writer.written();
    write();
  }

  private void write() throws IOException {
    if (!out.hasRemaining()) {
      next();
      return;
    }
    for (int chunk = 0; chunk < CHUNKS_PER_TURN && out.hasRemaining(); chunk++) {
      int count = Math.min(scratch.capacity(), out.remaining());
      scratch.clear().put(out.slice(out.position(), count)).flip();
      int written = write(scratch);
      out.position(out.position() + written);
      if (written < count) {
        break;
      }
    }
    if (out.hasRemaining()) {
      become(State.WRITING);
      return;
    }
    writer.clear();
    if (refused) {
      close();
    } else {
      become(State.WRITING);
    }
  }

  private int write(ByteBuffer bytes) throws IOException {
    if (attached.isEmpty()) {
      return Linux.write(fd, bytes);
    }
    int written = DescriptorPassing.send(fd, bytes, attached);
    if (written > 0) {
      attached = List.of();
    }
    return written;
  }

  private void become(State next) throws IOException {
    if (state != State.CLOSED && state != next) {
      loop.rearm(fd, next.interest, tag);
      state = next;
    }
  }

  /** Whatever is not answered yet is nobody's any more. */
  void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (question != null) {
      question.abandon();
    }
    try {
      loop.unwatch(fd, tag);
      Linux.close(fd);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot close a connection to the control address", e);
    }
    host.closed(this);
    if (whenGone != null) {
      whenGone.run();
    }
  }
}
