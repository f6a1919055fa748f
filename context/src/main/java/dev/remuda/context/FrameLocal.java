package dev.remuda.context;

import java.util.Objects;
import java.util.Optional;

/**
 * The key of a binding that frames have: {@code private static final FrameLocal<User> USER =
 * FrameLocal.named("user")}. Each is a key of its own, whatever it is named.
 *
 * @param <T> what is bound to it
 */
public final class FrameLocal<T> {
  private final String name;

  private FrameLocal(String name) {
    this.name = Objects.requireNonNull(name);
  }

  /** A new key; the name is for people. */
  public static <T> FrameLocal<T> named(String name) {
    return new FrameLocal<>(name);
  }

  /** What the present frame, or the nearest around it, has bound to it. */
  @SuppressWarnings("unchecked") // FrameBuilder.local() takes a value of the key's type only
  public Optional<T> get() {
    for (Binding own = Frame.now().bindings(); own != null; own = own.outer()) {
      if (own.key() == this) {
        return Optional.of((T) own.value());
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
