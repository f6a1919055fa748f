package dev.remuda.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Writes Java values as JSON, each by its runtime class; what {@link WireType} reads can be
 * written.
 *
 * <p>Chains of {@code instanceof}, common types first, instead of a switch over types: that is an
 * invokedynamic, which costs a cold JVM milliseconds.
 */
final class ValueWriter {
  private final JsonGenerator out;
  private final int maxDepth;
  private final Trail trail = new Trail();

  private ValueWriter(JsonGenerator out, int maxDepth) {
    this.out = out;
    this.maxDepth = maxDepth;
  }

  /**
   * Writes one value.
   *
   * @param maxDepth how deep lists, maps, records and the like may nest; also ends cycles
   * @throws UnwritableValueException if the value holds what cannot travel; the generator has
   *     written a part of it by then
   */
  static void write(JsonGenerator out, @Nullable Object value, int maxDepth) throws IOException {
    if (!writeScalar(out, value)) {
      new ValueWriter(out, maxDepth).write(value);
    }
  }

  private static boolean writeScalar(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value instanceof String text && isWellFormed(text)) {
      out.writeString(text);
    } else if (value instanceof Long number) {
      out.writeNumber(number.longValue());
    } else if (value instanceof Integer number) {
      out.writeNumber(number.intValue());
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value == null) {
      out.writeNull();
    } else {
      return false;
    }
    return true;
  }

  /** Jackson would write a lone surrogate, and a peer end the connection. */
  private static boolean isWellFormed(String text) {
    return Surrogates.unpaired(text) < 0;
  }

  private void write(@Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (writeScalar(out, value)) {
      return;
    } else if (value instanceof Record) {
      writeRecord(value);
    } else if (value instanceof List<?> list) {
      writeList(list);
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map);
    } else if (value instanceof Double number) {
      writeDouble(number);
    } else if (value instanceof Collection<?> collection) {
      writeCollection(collection);
    } else if (value.getClass().isArray()) {
      writeArray(value);
    } else {
      writeRare(value);
    }
  }

  private void writeRare(Object value) throws IOException {
    if (value instanceof Enum<?> constant) {
      out.writeString(constant.name());
    } else if (value instanceof Number number) {
      writeNumber(number);
    } else if (value instanceof Character || value instanceof CharSequence) {
      writeText(value, value.toString());
    } else if (value instanceof Optional<?> optional) {
      writeOptional(optional);
    } else if (TextualKind.writes(value)) {
      writeText(value, TextualKind.text(value));
    } else {
      writePrimitiveOptional(value);
    }
  }

  private void writeText(Object value, String text) throws IOException {
    if (!isWellFormed(text)) {
      throw unwritable(value, " with an unpaired surrogate cannot be written", null);
    }
    out.writeString(text);
  }

  private void writeList(List<?> list) throws IOException {
    if (!(list instanceof RandomAccess)) {
      writeCollection(list);
      return;
    }
    enter(list);
    out.writeStartArray();
    int size = list.size();
    for (int i = 0; i < size; i++) {
      trail.at(i);
      write(list.get(i));
    }
    out.writeEndArray();
    trail.leave();
  }

  private void writeCollection(Collection<?> collection) throws IOException {
    enter(collection);
    out.writeStartArray();
    int index = 0;
    for (Object element : collection) {
      trail.at(index++);
      write(element);
    }
    out.writeEndArray();
    trail.leave();
  }

  private void writeMap(Map<?, ?> map) throws IOException {
    enter(map);
    out.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object key = entry.getKey();
      if (!(key instanceof String name)) {
        throw badKey(map, key);
      }
      trail.at(name);
      if (!isWellFormed(name)) {
        throw unwritable(map, " with an unpaired surrogate in a key cannot be written", null);
      }
      out.writeFieldName(name);
      write(entry.getValue());
    }
    out.writeEndObject();
    trail.leave();
  }

  private void writeRecord(Object value) throws IOException {
    RecordShape shape = shapeOf(value);
    if (shape.adapter() != null) {
      writeAdapted(value, shape.adapter());
      return;
    }
    enter(value);
    out.writeStartObject();
    for (int i = 0; i < shape.size(); i++) {
      trail.at(shape.name(i));
      out.writeFieldName(shape.name(i));
      write(component(shape, value, i));
    }
    out.writeEndObject();
    trail.leave();
  }

  private RecordShape shapeOf(Object value) {
    try {
      return RecordShape.of(value.getClass());
    } catch (InaccessibleObjectException | IllegalArgumentException closed) {
      throw unwritable(value, " cannot be written: " + closed.getMessage(), closed);
    }
  }

  private void writeAdapted(Object value) throws IOException {
    TypeAdapter adapter = adapterOf(value);
    if (adapter == null) {
      throw unwritable(value, " cannot be written; no TypeAdapter takes it", null);
    }
    writeAdapted(value, adapter);
  }

  private void writeAdapted(Object value, TypeAdapter adapter) throws IOException {
    enter(value); // an adapter may give what it takes itself, without end
    write(adapted(value, adapter));
    trail.leave();
  }

  private @Nullable TypeAdapter adapterOf(Object value) {
    try {
      return Adapters.installed().findForClass(value.getClass());
    } catch (IllegalArgumentException e) {
      throw unwritable(value, " cannot be written: " + e.getMessage(), e);
    }
  }

  private @Nullable Object adapted(Object value, TypeAdapter adapter) {
    try {
      return adapter.write(value);
    } catch (VirtualMachineError fatal) {
      throw fatal;
    } catch (Throwable thrown) {
      String problem = " cannot be written: " + Adapters.name(adapter) + " threw ";
      throw unwritable(value, problem + Excerpt.thrown(thrown), thrown);
    }
  }

  private @Nullable Object component(RecordShape shape, Object value, int component) {
    try {
      return shape.get(value, component);
    } catch (InvocationTargetException thrown) {
      Throwable cause = thrown.getCause();
      if (cause instanceof Error fatal) {
        throw fatal;
      }
      throw unwritable(
          value, " cannot be written: its accessor " + shape.name(component) + " failed", cause);
    }
  }

  private void writeArray(Object array) throws IOException {
    if (array instanceof byte[] bytes) {
      out.writeBinary(bytes);
      return;
    }
    enter(array);
    out.writeStartArray();
    if (array instanceof Object[] objects) {
      writeElements(objects);
    } else {
      writePrimitives(array);
    }
    out.writeEndArray();
    trail.leave();
  }

  private void writeElements(@Nullable Object[] elements) throws IOException {
    for (int i = 0; i < elements.length; i++) {
      trail.at(i);
      write(elements[i]);
    }
  }

  private void writePrimitives(Object array) throws IOException {
    int length = Array.getLength(array);
    for (int i = 0; i < length; i++) {
      trail.at(i);
      write(Array.get(array, i));
    }
  }

  private void writeOptional(Optional<?> optional) throws IOException {
    enter(optional);
    write(optional.isPresent() ? optional.get() : null);
    trail.leave();
  }

  private void writePrimitiveOptional(Object value) throws IOException {
    if (value instanceof OptionalInt optional) {
      write(optional.isPresent() ? optional.getAsInt() : null);
    } else if (value instanceof OptionalLong optional) {
      write(optional.isPresent() ? optional.getAsLong() : null);
    } else if (value instanceof OptionalDouble optional) {
      write(optional.isPresent() ? optional.getAsDouble() : null);
    } else {
      writeAdapted(value);
    }
  }

  private void writeNumber(Number number) throws IOException {
    if (number instanceof BigInteger integer) {
      requireShort(integer, new BigDecimal(integer));
      out.writeNumber(integer);
    } else if (number instanceof BigDecimal decimal) {
      requireShort(decimal, decimal);
      out.writeNumber(decimal);
    } else if (number instanceof Float floating) {
      writeFloat(floating);
    } else if (number instanceof Short || number instanceof Byte) {
      out.writeNumber(number.intValue());
    } else {
      writeAdapted(number);
    }
  }

  private void requireShort(Number number, BigDecimal digits) {
    if (!Decimals.canTravel(digits)) {
      String limit = " of more than " + Decimals.MAX_DIGITS + " digits cannot be written";
      throw unwritable(number, limit, null);
    }
  }

  private void writeDouble(Double number) throws IOException {
    if (!Double.isFinite(number)) {
      throw unwritable(number, " " + number + " cannot be written", null);
    }
    out.writeNumber(number.doubleValue());
  }

  private void writeFloat(Float number) throws IOException {
    if (!Float.isFinite(number)) {
      throw unwritable(number, " " + number + " cannot be written", null);
    }
    out.writeNumber(number.floatValue());
  }

  private void enter(Object container) {
    if (trail.depth() >= maxDepth) {
      throw unwritable(container, " is nested deeper than " + maxDepth + " (a cycle?)", null);
    }
    trail.enter();
  }

  private UnwritableValueException badKey(Map<?, ?> map, @Nullable Object key) {
    String found = key == null ? "null" : key.getClass().getTypeName();
    String problem = " cannot be written: a map's keys must be String, found " + found;
    trail.leave();
    return unwritable(map, problem, null);
  }

  private UnwritableValueException unwritable(
      Object value, String problem, @Nullable Throwable cause) {
    Class<?> type = value.getClass();
    return new UnwritableValueException(trail, type, type.getTypeName() + problem, cause);
  }
}
