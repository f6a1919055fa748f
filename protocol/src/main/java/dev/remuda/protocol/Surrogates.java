package dev.remuda.protocol;

/** Finds halves of characters, which no UTF-8 can carry. */
final class Surrogates {
  private Surrogates() {}

  /** Where the first surrogate without its other half stands, or -1. */
  static int unpaired(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (i + 1 == length || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
