package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Makes Java values of one kind.
 *
 * <p>An interface, not an abstract class: the verifier would load every kind that {@link
 * KindFinder} mentions to check that it extends the class, and a worker starts faster without.
 */
interface Kind {

  /**
   * Makes a value from a wire value that stands where the trail is.
   *
   * @throws ConversionException if it does not fit
   */
  @Nullable Object read(@Nullable Object wire, Trail trail);
}
