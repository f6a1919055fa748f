package dev.remuda.status;

import java.util.concurrent.locks.LockSupport;

/** Does as it is told. */
public final class RealWork implements Work {
  @Override
  public String echo(String text) {
    return text;
  }

  @Override
  public String hang() {
    while (true) {
      LockSupport.park(this);
    }
  }

  @Override
  public String die() {
    Runtime.getRuntime().halt(3);
    return "";
  }

  @Override
  public String fail(String why) {
    throw new IllegalStateException(why);
  }

  @Override
  public void print(String text, int times) {
    for (int i = 0; i < times; i++) {
      System.out.println(text);
    }
  }
}
