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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
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

  /** So many values may wait for one who takes them slowly. */
  static final int MOST_PENDING = 1_000;

  private static final long MOST_CREDITS = 1_000_000;

  private enum State {
    READING(Epoll.EPOLLIN),
    /** Its question is open: nothing but its end is of interest. */
    WAITING(0),
    /** Values go out as they come, and acknowledgements come in. */
    STREAMING(Epoll.EPOLLIN),
    /** The same, but the last value could not be sent as a whole. */
    STREAMING_OUT(Epoll.EPOLLIN | Epoll.EPOLLOUT),
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
  private final Deque<Object> pending = new ArrayDeque<>();
  private long credits;
  private @Nullable Message lastWord;
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
    return question != null || whenGone != null ? 0 : System.nanoTime() - quietSince;
  }

  private void ready() {
    try {
      switch (state) {
        case READING -> read();
        case WAITING -> close();
        case STREAMING -> readAcknowledgements();
        case STREAMING_OUT -> {
          if (sendOut()) {
            stream();
          }
          readAcknowledgements();
        }
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
      case Message.Dn _, Message.Ak _ -> become(State.WRITING); // an ak may come late
      case Message.Ok _, Message.Er _, Message.Rd _, Message.Ab _, Message.Rt _, Message.Pr _ ->
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
            call.meta().window(),
            this);
    question = asked;
    credits = Math.min(asked.window(), MOST_CREDITS);
    try {
      host.answer(command, asked);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a command of the control address failed", e);
      asked.failed(e.toString());
    }
    if (!asked.isOver() && state != State.STREAMING && state != State.STREAMING_OUT) {
      become(State.WAITING);
    }
  }

  /** Whoever does not take them is told so, and hears no more: they are not kept for ever. */
  @Override
  public void progress(@Nullable Object value) {
    Question asked = question;
    if (asked == null) {
      return;
    }
    if (pending.size() >= MOST_PENDING) {
      asked.failed("too slow: " + MOST_PENDING + " values wait to be acknowledged");
      return;
    }
    pending.add(Objects.requireNonNull(value));
    try {
      stream();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "who listened at the control address has gone", e);
      close();
    }
  }

  private void stream() throws IOException {
    while (!out.hasRemaining() && credits > 0 && !pending.isEmpty()) {
      credits--;
      encode(new Message.Pr(Meta.EMPTY, pending.remove()));
      sendOut();
    }
    become(out.hasRemaining() ? State.STREAMING_OUT : State.STREAMING);
  }

  private void readAcknowledgements() throws IOException {
    scratch.clear();
    if (Linux.read(fd, scratch) < 0) {
      close();
      return;
    }
    reader.feed(scratch.flip());
    try {
      for (Message message = reader.next(); message != null; message = reader.next()) {
        if (!(message instanceof Message.Ak taken)) {
          stopListening("one who listens sends ak, not " + message.code());
          return;
        }
        credits = Math.min(MOST_CREDITS, credits + Math.min(MOST_CREDITS, taken.meta().taken()));
      }
    } catch (WireException e) {
      stopListening(e.getMessage());
      return;
    }
    stream();
  }

  private void stopListening(@Nullable String error) throws IOException {
    forgetQuestion();
    refuse(error);
  }

  private void forgetQuestion() {
    Question asked = question;
    question = null;
    pending.clear();
    if (asked != null) {
      asked.abandon();
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
    pending.clear();
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
    if (out.hasRemaining()) { // of a value before it
      lastWord = message;
      become(State.WRITING);
      return;
    }
    encode(message);
    write();
  }

  private void encode(Message message) {
    writer.clear();
    try {
      writer.write(message);
    } catch (UnwritableValueException | WireException e) {
      writer.write(new Message.Er(Meta.EMPTY, "the answer cannot be written: " + e.getMessage()));
    }
    out = writer.written();
  }

  private void write() throws IOException {
    if (!out.hasRemaining()) {
      next();
      return;
    }
    if (!sendOut()) {
      become(State.WRITING);
      return;
    }
    if (lastWord != null) {
      Message last = lastWord;
      lastWord = null;
      send(last);
    } else if (refused) {
      close();
    } else {
      become(State.WRITING);
    }
  }

  /** False when the other side does not take it now. */
  private boolean sendOut() throws IOException {
    for (int chunk = 0; chunk < CHUNKS_PER_TURN && out.hasRemaining(); chunk++) {
      int count = Math.min(scratch.capacity(), out.remaining());
      scratch.clear().put(out.slice(out.position(), count)).flip();
      int written = write(scratch);
      out.position(out.position() + written);
      if (written < count) {
        break;
      }
    }
    return !out.hasRemaining();
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
    forgetQuestion();
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
