package dev.remuda.protocol;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Lets types travel that {@link WireType} does not know, such as by way of an object mapper. A
 * service of {@link java.util.ServiceLoader}: a public class with a public constructor without
 * parameters, named in {@code META-INF/services/dev.remuda.protocol.TypeAdapter}. Workers are
 * started on the class path, where a {@code provides} in a module's declaration is not seen.
 *
 * <p>Both sides need the adapter. It is asked for the types that a called method declares, and
 * those inside them, and for the classes of values that are to be written; never for a name that
 * came over the wire, and it must not load a class by such a name either. What WireType knows it
 * reads and writes itself, without asking, with one exception: a record that implements a sealed
 * interface, as an adapter for that interface may have to mark which one it is. A type that two
 * adapters take is refused.
 *
 * <p>Adapters are looked for once in a process, by the class loader of this interface, when a type
 * that is not known is first met. Many threads call one instance at the same time, threads that
 * serve connections too, so it must not block.
 */
public interface TypeAdapter {

  /**
   * Whether values of a type are read and written by this adapter. The answer never changes.
   *
   * @param type a declared type before values of it are read: a class, or a {@link
   *     java.lang.reflect.ParameterizedType} in which no variable and no wildcard is left; the
   *     class of a value before it is written, which may be a subclass of the declared one
   */
  boolean takes(Type type);

  /**
   * Makes a value.
   *
   * @param type a type that this adapter takes
   * @param wire a wire value as {@link WireType} describes it, not null: null is null for every
   *     type
   * @return an instance of the type
   * @throws Exception when the wire value does not fit; becomes the cause of a {@link
   *     ConversionException} that says where
   */
  Object read(Type type, Object wire) throws Exception;

  /**
   * What is written in place of a value: anything that can travel, so also what another adapter
   * takes.
   *
   * @param value an instance of a class that this adapter takes
   * @throws Exception when it cannot be written; becomes the cause of an {@link
   *     UnwritableValueException} that says where
   */
  @Nullable Object write(Object value) throws Exception;
}
