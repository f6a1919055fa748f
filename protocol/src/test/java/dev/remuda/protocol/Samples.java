package dev.remuda.protocol;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The types of the tests about P.4 and P.53. */
final class Samples {
  private Samples() {}

  record Line(String product, int price) {
    Line {
      if (price < 0) {
        throw new IllegalArgumentException("price < 0");
      }
    }
  }

  record Order(String id, List<Line> lines, Optional<String> note) {}

  record Page<T>(List<T> items, @Nullable T best) {}

  record Tree(String name, List<Tree> children) {}

  record Chain<T>(T value, @Nullable Chain<T> next) {}

  record Endless<T>(T value, @Nullable Endless<List<T>> next) {}

  record Bounded<T extends Number>(T amount) {}

  record SelfBounded<T extends SelfBounded<T>>(@Nullable T other, int x) {}

  record Flags(boolean on, int count) {}

  record Runs(List<Thread> threads) {}

  record Deep(Runs runs) {}

  sealed interface Shape permits Circle {}

  record Circle(int radius) implements Shape {}

  record Fatal(int x) {
    Fatal {
      throw new StackOverflowError("from the constructor");
    }
  }

  enum Level {
    LOW,
    HIGH {
      @Override
      public String toString() {
        return "the highest";
      }
    }
  }

  /** Declares the generic types of these tests. */
  @SuppressWarnings({"rawtypes", "UnusedMethod", "TypeParameterUnusedInFormals", "NonApiType"})
  interface Declared {
    Page<Line> page();

    Page<?> anyPage();

    Page<? extends Line> wildPage();

    List<Thread> threads();

    List<List<Integer>> matrix();

    Set<String> set();

    Collection<Level> collection();

    SequencedCollection<Long> sequenced();

    Iterable<Integer> iterable();

    Map<String, Line> map();

    SortedMap<String, Integer> sorted();

    Map<Integer, String> badKeys();

    Optional<Line> optional();

    Chain<Instant> chain();

    Endless<String> endless();

    Bounded<?> bounded();

    List raw();

    List<String>[] lists();

    <T extends Number> T variable();

    ArrayList<String> arrayList();
  }

  static Type declared(String name) {
    for (Method method : Declared.class.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        return method.getGenericReturnType();
      }
    }
    throw new IllegalArgumentException(name);
  }
}
