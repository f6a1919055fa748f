package dev.remuda.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.util.List;

/** Java strings as C strings, in the encoding that the JDK uses for file names. */
final class NativeStrings {

  private static final Charset CHARSET =
      Charset.forName(
          System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()),
          Charset.defaultCharset());

  private NativeStrings() {}

  static byte[] encode(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a NUL character in '" + text.replace("\0", "\\0") + "'");
    }
    return text.getBytes(CHARSET);
  }

  /** Up to the first NUL. */
  static String decode(MemorySegment text) {
    int length = 0;
    while (length < text.byteSize() && text.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    return new String(text.asSlice(0, length).toArray(JAVA_BYTE), CHARSET);
  }

  static MemorySegment allocate(Arena arena, String text) {
    byte[] bytes = encode(text);
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** A {@code char*[]} that ends with a null pointer. */
  static MemorySegment allocate(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ADDRESS, i, allocate(arena, texts.get(i)));
    }
    return array;
  }
}
