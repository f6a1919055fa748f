package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** The constants of one enum, by name. */
record EnumKind(Class<?> type) implements Kind {
  private static final int SHOWN_CONSTANTS = 20;

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    if (!(wire instanceof String name)) {
      throw ConversionException.mismatch(trail, expected(), wire);
    }
    try {
      return constant(name);
    } catch (IllegalArgumentException unknown) {
      throw ConversionException.mismatch(trail, expected(), wire);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // only made for an enum
  private Object constant(String name) {
    return Enum.valueOf((Class) type, name);
  }

  private String expected() {
    StringBuilder expected = new StringBuilder("one of");
    Object[] constants = type.getEnumConstants();
    for (int i = 0; i < constants.length && i < SHOWN_CONSTANTS; i++) {
      expected.append(i == 0 ? " " : ", ").append(((Enum<?>) constants[i]).name());
    }
    return expected.append(constants.length > SHOWN_CONSTANTS ? ", …" : "").toString();
  }
}
