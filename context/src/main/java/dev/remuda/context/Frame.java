package dev.remuda.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The dynamic context of code that runs, and of the callbacks that it leaves behind: a name, the
 * frames around it, its own {@linkplain FrameLocal bindings} and perhaps a {@linkplain FrameHandler
 * handler} for what goes wrong. A callback that is {@linkplain #wrap(Runnable) wrapped} runs in a
 * child of the frame where it was wrapped, on whatever thread and however much later.
 *
 * <p>What a wrapped callback throws goes to the nearest handler, innermost first; where there is
 * none, to whoever ran the callback. A callback that owes a result has none when a handler took its
 * error: then it throws {@link HandledException}, which no handler hears.
 *
 * <p>Frames are immutable, and are held by their callbacks only. Of a chain of callbacks, each
 * wrapped by the one before, the {@value #KEPT} latest are kept for traces and the others counted.
 * Nothing here blocks; safe for use by any thread.
 */
public final class Frame {
  /** What a frame without a name is called in traces. */
  public static final String ANONYMOUS = "ANONYMOUS FRAME";

  /** How many frames of a chain are kept for traces when it gets longer than twice that. */
  static final int KEPT = 32;

  /** That there is none. */
  static final Frame NONE = new Frame("", null, null, 0, 0, null, null);

  private static final ScopedValue<Frame> CURRENT = ScopedValue.newInstance();

  private final String name;
  private final @Nullable StackTraceElement place;
  private final @Nullable Frame parent;

  /** How many frames lead to it, as far as they are kept; 0 where there is none. */
  private final int depth;

  /** How many more there were around the outermost that is kept. */
  private final long cut;

  private final @Nullable Binding bindings;
  private final @Nullable Catcher catcher;

  private Frame(
      String name,
      @Nullable StackTraceElement place,
      @Nullable Frame parent,
      int depth,
      long cut,
      @Nullable Binding bindings,
      @Nullable Catcher catcher) {
    this.name = name;
    this.place = place;
    this.parent = parent;
    this.depth = depth;
    this.cut = cut;
    this.bindings = bindings;
    this.catcher = catcher;
  }

  /** A frame within this one. */
  Frame child(
      String childName,
      @Nullable StackTraceElement made,
      @Nullable Binding allBindings,
      @Nullable Catcher nearest) {
    Frame around = depth < 2 * KEPT ? this : shortened();
    return new Frame(childName, made, around, around.depth + 1, around.cut, allBindings, nearest);
  }

  private Frame shortened() {
    long dropped = cut + depth - KEPT;
    Frame copy = null;
    for (Frame each : frames().subList(0, KEPT).reversed()) {
      int copied = copy == null ? 1 : copy.depth + 1;
      copy = new Frame(each.name, each.place, copy, copied, dropped, each.bindings, each.catcher);
    }
    return Objects.requireNonNull(copy);
  }

  /** This with one more binding, of which no trace tells. */
  Frame with(FrameLocal<?> key, Object value) {
    return new Frame(name, place, parent, depth, cut, Binding.of(key, value, bindings), catcher);
  }

  /** A frame with that name, still to be given what it holds and what runs in it. */
  public static FrameBuilder of(String name) {
    return new FrameBuilder(Objects.requireNonNull(name));
  }

  /** A frame without a name, still to be given what it holds and what runs in it. */
  public static FrameBuilder anonymous() {
    return new FrameBuilder(ANONYMOUS);
  }

  /** The one that the running code is in, if any. */
  public static Optional<Frame> current() {
    Frame frame = now();
    return frame.depth == 0 ? Optional.empty() : Optional.of(frame);
  }

  /** What is in force, {@link #NONE} where nothing is. */
  static Frame now() {
    return CURRENT.orElse(NONE);
  }

  /** Its name; {@value #ANONYMOUS} where it was given none. */
  public String name() {
    return name;
  }

  /** The source line where it was made, as far as that is known. */
  public Optional<StackTraceElement> place() {
    return Optional.ofNullable(place);
  }

  /** The frame around it, if any. */
  public Optional<Frame> parent() {
    return parent == null || parent.depth == 0 ? Optional.empty() : Optional.of(parent);
  }

  /** True where what goes wrong in it has a handler, its own or one around it. */
  public boolean hasHandler() {
    return catcher != null;
  }

  /** This and the frames around it that are kept, innermost first. */
  List<Frame> frames() {
    var all = new ArrayList<Frame>(depth);
    for (Frame frame = this; frame != null && frame.depth > 0; frame = frame.parent) {
      all.add(frame);
    }
    return all;
  }

  @Nullable Binding bindings() {
    return bindings;
  }

  @Nullable Catcher catcher() {
    return catcher;
  }

  /** How many frames around the outermost of {@link #frames} are not kept. */
  long cut() {
    return cut;
  }

  /**
   * The chain as it stands in traces, innermost first: each frame's name and where it was made.
   *
   * @see FrameTrace
   */
  public List<StackTraceElement> trace() {
    return FrameTrace.elements(this);
  }

  /** A callback that runs in a child of the present frame. */
  public static Runnable wrap(Runnable code) {
    return code instanceof Framed ? code : new Framed.OfRunnable(childFor(code), code);
  }

  /** A callback that runs in a child of the present frame. */
  public static <R extends @Nullable Object> Supplier<R> wrap(Supplier<R> code) {
    return code instanceof Framed ? code : new Framed.OfSupplier<>(childFor(code), code);
  }

  /**
   * A callback that runs in a child of the present frame. A lambda that could be a consumer as well
   * is for {@link #function}.
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> wrap(
      Function<T, R> code) {
    return code instanceof Framed ? code : new Framed.OfFunction<>(childFor(code), code);
  }

  /**
   * A callback that runs in a child of the present frame. A lambda that could be a function as well
   * is for {@link #consumer}.
   */
  @SuppressWarnings("overloads") // a lambda of which that is true has consumer() and function()
  public static <T extends @Nullable Object> Consumer<T> wrap(Consumer<T> code) {
    return code instanceof Framed ? code : new Framed.OfConsumer<>(childFor(code), code);
  }

  /** A callback that runs in a child of the present frame, of a future's end for example. */
  public static <T extends @Nullable Object, U extends @Nullable Object> BiConsumer<T, U> wrap(
      BiConsumer<T, U> code) {
    return code instanceof Framed ? code : new Framed.OfBiConsumer<>(childFor(code), code);
  }

  /** As {@link #wrap(Runnable)}, for lambdas that the compiler would take for suppliers. */
  public static Runnable runnable(Runnable code) {
    return wrap(code);
  }

  /**
   * As {@link #wrap(Function)}, for lambdas of which the compiler cannot tell that they are one.
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> function(
      Function<T, R> code) {
    return wrap(code);
  }

  /**
   * As {@link #wrap(Consumer)}, for lambdas of which the compiler cannot tell that they are one.
   */
  public static <T extends @Nullable Object> Consumer<T> consumer(Consumer<T> code) {
    return wrap(code);
  }

  /** A callback of two values that gives one, and runs in a child of the present frame. */
  public static <T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>
      BiFunction<T, U, R> biFunction(BiFunction<T, U, R> code) {
    return code instanceof Framed ? code : new Framed.OfBiFunction<>(childFor(code), code);
  }

  /** Runs each task in a child of the frame that is the present one when the task is given. */
  public static Executor executor(Executor executor) {
    return task -> executor.execute(wrap(task));
  }

  private static Frame childFor(Object code) {
    Frame frame = now();
    return frame.child(ANONYMOUS, Places.of(code), frame.bindings, frame.catcher);
  }

  /**
   * Runs {@code code} on this thread as if it were the callback {@code wrapped}: in the same frame,
   * with what it throws going to the same handlers.
   *
   * @param wrapped what one of the methods of this class has wrapped
   * @throws IllegalArgumentException when it is nothing of that kind
   */
  public static void in(Object wrapped, Runnable code) {
    if (!(wrapped instanceof Framed framed)) {
      throw new IllegalArgumentException("no wrapped callback, so it has no frame: " + wrapped);
    }
    framed.frame().enter(code);
  }

  /** Runs {@code code} on this thread in this frame; what it throws goes to the handlers. */
  public void in(Runnable code) {
    enter(code);
  }

  /** Runs {@code code} on this thread in no frame: it sees no binding and no handler. */
  public static void detached(Runnable code) {
    ScopedValue.where(CURRENT, NONE).run(code);
  }

  /** Runs a callback's code. */
  void enter(Runnable code) {
    try {
      ScopedValue.where(CURRENT, this).run(code);
    } catch (Throwable e) {
      Failing.inCallback(this, e);
    }
  }

  /** Runs a callback's code that owes a value. */
  <R extends @Nullable Object> R ask(ScopedValue.CallableOp<R, RuntimeException> code) {
    try {
      return ScopedValue.where(CURRENT, this).call(code);
    } catch (Throwable e) {
      Failing.inCallback(this, e);
      throw new HandledException(this, e);
    }
  }

  /** Runs code in it; whatever is thrown is thrown on. */
  <R extends @Nullable Object, X extends Throwable> R call(ScopedValue.CallableOp<R, X> code)
      throws X {
    return ScopedValue.where(CURRENT, this).call(code);
  }

  @Override
  public String toString() {
    return place == null
        ? name
        : name + " (" + place.getFileName() + ':' + place.getLineNumber() + ')';
  }

  /**
   * A handler and the next one around it.
   *
   * @param around the frame in which the handler runs: the one around its own
   */
  record Catcher(FrameHandler handler, Frame around, @Nullable Catcher outer) {}
}
