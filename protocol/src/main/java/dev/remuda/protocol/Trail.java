package dev.remuda.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where inside a value a reader or writer stands; costs nothing per element until it is shown. */
final class Trail {
  private static final int SHOWN_STEPS = 24;
  private static final int SHOWN_NAME = 40;

  private @Nullable String[] names = new String[8];
  private int[] indexes = new int[8];
  private int depth;

  /** Goes one level down; {@link #at(int)} or {@link #at(String)} then says to which element. */
  void enter() {
    if (depth == names.length) {
      names = Arrays.copyOf(names, depth * 2);
      indexes = Arrays.copyOf(indexes, depth * 2);
    }
    names[depth] = null;
    indexes[depth] = -1;
    depth++;
  }

  void at(int index) {
    indexes[depth - 1] = index;
  }

  void at(String name) {
    names[depth - 1] = name;
  }

  void leave() {
    depth--;
  }

  int depth() {
    return depth;
  }

  /** The path, such as {@code $.lines[3].price}; the middle of a very long one is left out. */
  @Override
  public String toString() {
    StringBuilder path = new StringBuilder("$");
    for (int step = 0; step < depth; step++) {
      if (depth > SHOWN_STEPS && step == SHOWN_STEPS / 2) {
        path.append('…');
        step = depth - SHOWN_STEPS / 2;
      }
      append(path, names[step], indexes[step]);
    }
    return path.toString();
  }

  private static void append(StringBuilder path, @Nullable String name, int index) {
    if (name != null) {
      appendName(path, name);
    } else if (index >= 0) {
      path.append('[').append(index).append(']');
    }
  }

  private static void appendName(StringBuilder path, String name) {
    if (isPlain(name)) {
      path.append('.').append(name);
    } else {
      path.append('[').append(Excerpt.quoted(name, SHOWN_NAME)).append(']');
    }
  }

  private static boolean isPlain(String name) {
    if (name.isEmpty() || name.length() > SHOWN_NAME) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (!Character.isJavaIdentifierPart(name.charAt(i))
          || Character.isIdentifierIgnorable(name.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
