package dev.remuda.protocol;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the kinds for one declared type and everything inside it.
 *
 * <p>Platform types are told by name: a class literal would load the class, and most workers need
 * none of them.
 */
final class KindFinder {
  private static final int MOST_REPEATED = 4;

  private final ResolvedType declared;
  private final Map<ResolvedType, RecordKind> records = new HashMap<>();
  private @Nullable Where where;

  KindFinder(ResolvedType declared) {
    this.declared = declared;
  }

  /** The component that is being looked at, inside those that led to it. */
  private record Where(@Nullable Where outer, ResolvedType type, String component) {}

  Kind find() {
    return find(declared);
  }

  private Kind find(ResolvedType type) {
    Class<?> raw = type.raw();
    if (raw.isPrimitive()) {
      return primitive(raw.getName());
    } else if (raw.isArray()) {
      return array(type);
    } else if (raw.isRecord()) {
      return record(type);
    } else if (raw.isEnum()) {
      return new EnumKind(raw);
    }
    Kind kind = raw.getClassLoader() == null ? platform(raw.getName(), type) : null;
    return kind != null ? kind : adapted(type);
  }

  private Kind adapted(ResolvedType type) {
    TypeAdapter adapter;
    try {
      adapter = Adapters.installed().find(type.toType());
    } catch (IllegalArgumentException e) {
      throw refusal(type, " cannot travel: " + e.getMessage(), e.getCause());
    }
    if (adapter == null) {
      throw refusal(type, reason(type.raw()) + "; no TypeAdapter takes it");
    }
    return new AdapterKind(adapter, type.toType(), type.raw());
  }

  private static Kind primitive(String name) {
    return switch (name) {
      case "int" -> IntegerKind.ofInt(name, true);
      case "long" -> IntegerKind.ofLong(name, true);
      case "boolean" -> new BooleanKind(true);
      case "double" -> new FloatingKind(name, true, true);
      case "float" -> new FloatingKind(name, false, true);
      case "short" -> IntegerKind.ofShort(name, true);
      case "byte" -> IntegerKind.ofByte(name, true);
      case "char" -> new CharacterKind(true);
      default -> new VoidKind();
    };
  }

  private @Nullable Kind platform(String name, ResolvedType type) {
    if (name.startsWith("java.lang.")) {
      return language(name, type);
    } else if (name.startsWith("java.util.")) {
      return utility(name, type);
    } else if (name.startsWith("java.math.")) {
      return decimal(name);
    }
    return TextualKind.reads(name) ? new TextualKind(name) : null;
  }

  private @Nullable Kind language(String name, ResolvedType type) {
    return switch (name) {
      case "java.lang.String", "java.lang.CharSequence" -> new StringKind();
      case "java.lang.Integer" -> IntegerKind.ofInt("int", false);
      case "java.lang.Long" -> IntegerKind.ofLong("long", false);
      case "java.lang.Boolean" -> new BooleanKind(false);
      case "java.lang.Double" -> new FloatingKind("double", true, false);
      case "java.lang.Float" -> new FloatingKind("float", false, false);
      case "java.lang.Short" -> IntegerKind.ofShort("short", false);
      case "java.lang.Byte" -> IntegerKind.ofByte("byte", false);
      case "java.lang.Character" -> new CharacterKind(false);
      case "java.lang.Object" -> new ObjectKind();
      case "java.lang.Void" -> new VoidKind();
      case "java.lang.Iterable" -> list(type);
      case "java.lang.Number" -> new DecimalKind(DecimalKind.Target.NUMBER);
      default -> null;
    };
  }

  private @Nullable Kind utility(String name, ResolvedType type) {
    return switch (name) {
      case "java.util.List", "java.util.Collection", "java.util.SequencedCollection" -> list(type);
      case "java.util.Set", "java.util.SequencedSet" ->
          new CollectionKind(find(type.arguments().get(0)), true);
      case "java.util.Map", "java.util.SequencedMap" -> map(type, false);
      case "java.util.SortedMap", "java.util.NavigableMap" -> map(type, true);
      case "java.util.Optional" -> new OptionalKind(find(type.arguments().get(0)));
      case "java.util.OptionalInt" -> new PrimitiveOptionalKind(primitive("int"));
      case "java.util.OptionalLong" -> new PrimitiveOptionalKind(primitive("long"));
      case "java.util.OptionalDouble" -> new PrimitiveOptionalKind(primitive("double"));
      default -> TextualKind.reads(name) ? new TextualKind(name) : null;
    };
  }

  private static @Nullable Kind decimal(String name) {
    return switch (name) {
      case "java.math.BigInteger" -> new DecimalKind(DecimalKind.Target.BIG_INTEGER);
      case "java.math.BigDecimal" -> new DecimalKind(DecimalKind.Target.BIG_DECIMAL);
      default -> null;
    };
  }

  private Kind list(ResolvedType type) {
    return new CollectionKind(find(type.arguments().get(0)), false);
  }

  private Kind map(ResolvedType type, boolean sorted) {
    Class<?> key = type.arguments().get(0).raw();
    if (key != String.class && key != CharSequence.class && key != Object.class) {
      throw refusal(type, " cannot travel: a map's keys must be String");
    }
    return new MapKind(find(type.arguments().get(1)), sorted);
  }

  private Kind array(ResolvedType type) {
    ResolvedType component = type.arguments().get(0);
    if (component.raw() == byte.class) {
      return new BytesKind();
    }
    return new ArrayKind(component.raw(), find(component));
  }

  private Kind record(ResolvedType type) {
    RecordKind known = records.get(type);
    if (known != null) {
      return known;
    }
    if (isGrowing(type)) {
      throw refusal(type, " cannot travel: it holds itself with ever other type arguments");
    }
    RecordShape shape = shapeOf(type);
    if (shape.adapter() != null) {
      return new AdapterKind(shape.adapter(), type.toType(), type.raw());
    }
    Kind[] kinds = new Kind[shape.size()];
    // Known before its components are looked at, so that a record can hold itself.
    RecordKind kind = new RecordKind(shape, kinds);
    records.put(type, kind);
    Where outer = where;
    for (int i = 0; i < kinds.length; i++) {
      where = new Where(outer, type, shape.name(i));
      kinds[i] = find(type.component(shape.genericType(i)));
    }
    where = outer;
    return kind;
  }

  /** Inside itself with arguments that never get smaller: so it goes on without end. */
  private boolean isGrowing(ResolvedType record) {
    int times = 0;
    for (Where step = where; step != null; step = step.outer()) {
      ResolvedType outer = step.type();
      times += outer.raw() == record.raw() && outer.size() <= record.size() ? 1 : 0;
    }
    return times > MOST_REPEATED;
  }

  private RecordShape shapeOf(ResolvedType type) {
    try {
      return RecordShape.of(type.raw());
    } catch (InaccessibleObjectException | IllegalArgumentException closed) {
      throw refusal(type, " cannot travel: " + closed.getMessage(), closed.getCause());
    }
  }

  private static String reason(Class<?> raw) {
    if (raw.isInterface() || Modifier.isAbstract(raw.getModifiers())) {
      return " cannot travel: nothing on the wire may choose the class that implements it";
    } else if (raw.getName().startsWith("java.util.")) {
      return " cannot travel: declare List, Set, Map or Optional";
    }
    return " cannot travel";
  }

  private IllegalArgumentException refusal(ResolvedType type, String problem) {
    return refusal(type, problem, null);
  }

  private IllegalArgumentException refusal(
      ResolvedType type, String problem, @Nullable Throwable cause) {
    StringBuilder place = new StringBuilder();
    for (Where step = where; step != null; step = step.outer()) {
      place.insert(
          0,
          "record " + step.type().raw().getSimpleName() + ", component " + step.component() + ": ");
    }
    if (place.isEmpty() && !type.equals(declared)) {
      place.append(declared).append(": ");
    }
    return new IllegalArgumentException(place + Excerpt.shorten(type.toString()) + problem, cause);
  }
}
