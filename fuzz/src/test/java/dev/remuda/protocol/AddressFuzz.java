package dev.remuda.protocol;

import java.nio.charset.StandardCharsets;

/** Any text as an address: it is refused by its name, or is one that is read again the same. */
public final class AddressFuzz {
  private AddressFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    Address address;
    try {
      address = Address.parse(text);
    } catch (IllegalArgumentException refused) {
      return;
    }
    Address again = Address.parse(address.toString());
    if (!again.equals(address)) {
      throw new IllegalStateException("'" + text + "' is " + address + " and then " + again);
    }
  }
}
