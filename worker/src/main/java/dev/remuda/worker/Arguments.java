package dev.remuda.worker;

import dev.remuda.protocol.ConversionException;
import dev.remuda.protocol.WireType;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What followed META in a call: values as they came, null, text, numbers, lists and maps. */
public final class Arguments {
  private final List<@Nullable Object> values;

  Arguments(List<@Nullable Object> values) {
    this.values = Collections.unmodifiableList(values);
  }

  /** The first argument if it is a string, which by convention names a method; else null. */
  public @Nullable String method() {
    return !values.isEmpty() && values.getFirst() instanceof String name ? name : null;
  }

  /** How many there are, a method's name included. */
  public int size() {
    return values.size();
  }

  /**
   * One of them as it came.
   *
   * @throws IndexOutOfBoundsException beyond {@link #size()}
   */
  public @Nullable Object get(int index) {
    return values.get(index);
  }

  /**
   * One of them as a {@code type}: any kind that can travel.
   *
   * @throws ConversionException when the value does not fit
   * @throws IllegalArgumentException when {@code type} cannot travel
   * @throws IndexOutOfBoundsException beyond {@link #size()}
   */
  @SuppressWarnings("unchecked")
  public <T> @Nullable T get(int index, Class<T> type) {
    return (T) WireType.of(type).read(values.get(index));
  }

  /** All of them, unmodifiable. */
  public List<@Nullable Object> all() {
    return values;
  }
}
