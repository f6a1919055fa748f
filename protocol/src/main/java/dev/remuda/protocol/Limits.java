package dev.remuda.protocol;

/**
 * What a peer may send at the most; past a limit the connection ends with an error that names it.
 *
 * @param messageBytes bytes of one message, also the bound of every string in it
 * @param nesting arrays and objects inside each other
 * @param keysPerObject keys of one object
 * @param values values of one message, arrays and objects included: two bytes on the wire can be a
 *     list of dozens in memory
 */
public record Limits(int messageBytes, int nesting, int keysPerObject, int values) {
  /** 64 MiB a message, 512 levels, 100,000 keys an object, 4,000,000 values. */
  public static final Limits DEFAULTS = new Limits(64 << 20, 512, 100_000, 4_000_000);

  /** Refuses limits below 1. */
  public Limits {
    if (messageBytes < 1 || nesting < 1 || keysPerObject < 1 || values < 1) {
      throw new IllegalArgumentException(
          "limits start at 1: messageBytes="
              + messageBytes
              + " nesting="
              + nesting
              + " keysPerObject="
              + keysPerObject
              + " values="
              + values);
    }
  }
}
