package dev.remuda.protocol;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** A type that a {@link TypeAdapter} takes; what it makes is checked to be of that type. */
record AdapterKind(TypeAdapter adapter, Type type, Class<?> raw) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    Object value = make(wire, trail);
    if (!raw.isInstance(value)) {
      String made = value == null ? "null" : "an instance of " + value.getClass().getTypeName();
      throw ConversionException.unadapted(trail, expected(), wire, "made " + made, null);
    }
    return value;
  }

  private @Nullable Object make(Object wire, Trail trail) {
    try {
      return adapter.read(type, wire);
    } catch (VirtualMachineError fatal) {
      throw fatal;
    } catch (Throwable thrown) {
      throw ConversionException.unadapted(
          trail, expected(), wire, "threw " + Excerpt.thrown(thrown), thrown);
    }
  }

  private String expected() {
    return Excerpt.shorten(type.getTypeName()) + " as " + Adapters.name(adapter) + " reads it";
  }
}
