package dev.remuda.worker;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/** Checks what a user wants served before any worker is started for it. */
public final class ServedClass {
  private ServedClass() {}

  /**
   * Refuses what no worker could serve: an abstract class, one without a constructor that takes
   * nothing, one that does not implement its interface, one without public methods, a method with a
   * parameter that cannot travel. Loads classes but initialises none.
   *
   * @throws IllegalArgumentException naming what is wrong and with which class
   */
  public static void check(Class<?> implementation, @Nullable Class<?> contract) {
    String name = implementation.getName();
    if (implementation.isInterface() || Modifier.isAbstract(implementation.getModifiers())) {
      throw new IllegalArgumentException(name + " is abstract: a worker cannot make one");
    }
    if ((implementation.isMemberClass() && !Modifier.isStatic(implementation.getModifiers()))
        || implementation.isLocalClass()
        || implementation.isAnonymousClass()
        || implementation.isHidden()) {
      throw new IllegalArgumentException(
          name + " lives inside another object: make it a top-level or static nested class");
    }
    if (contract != null && !contract.isInterface()) {
      throw new IllegalArgumentException(contract.getName() + " is no interface");
    }
    if (contract != null && !contract.isAssignableFrom(implementation)) {
      throw new IllegalArgumentException(name + " does not implement " + contract.getName());
    }
    if (!canBeMade(implementation)) {
      throw new IllegalArgumentException(
          name + " has no constructor without parameters: a worker cannot make one");
    }
    Dispatch.of(implementation, contract);
  }

  private static boolean canBeMade(Class<?> implementation) {
    for (Constructor<?> constructor : implementation.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 0) {
        return true;
      }
    }
    return false;
  }
}
