package dev.remuda.faults;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** How a proxy's network is at present. Pumps ask it about each piece before they pass it on. */
final class Network {
  private static final int PIECES_A_SECOND = 50;

  private enum State {
    UP,
    HELD,
    LOST
  }

  /** How many more bytes pass before the connection is cut that has the next one. */
  private final Map<Direction, Integer> left = new EnumMap<>(Direction.class);

  private State state = State.UP;
  private Duration delay = Duration.ZERO;
  private int bytesPerSecond;

  synchronized void delay(Duration time) {
    delay = time;
  }

  synchronized void throttle(int rate) {
    bytesPerSecond = rate;
  }

  synchronized void hold() {
    state = State.HELD;
  }

  synchronized void lose() {
    state = State.LOST;
    notifyAll();
  }

  synchronized void cutAfter(Direction direction, int bytes) {
    left.put(direction, bytes);
  }

  synchronized void heal() {
    state = State.UP;
    delay = Duration.ZERO;
    bytesPerSecond = 0;
    left.clear();
    notifyAll();
  }

  synchronized boolean isLost() {
    return state == State.LOST;
  }

  /** Waits as long as the network is cut, or slow; how many of {@code wanted} bytes are next. */
  int next(int wanted) {
    Duration pause;
    int piece;
    awaitPassage();
    synchronized (this) {
      pause = delay;
      piece = bytesPerSecond == 0 ? wanted : Math.min(bytesPerSecond / PIECES_A_SECOND + 1, wanted);
      if (bytesPerSecond > 0) {
        pause = pause.plus(Duration.ofMillis(1_000 / PIECES_A_SECOND));
      }
    }
    if (pause.isPositive()) {
      LockSupport.parkNanos(pause.toNanos());
    }
    awaitPassage(); // it may have been cut meanwhile
    return piece;
  }

  private synchronized void awaitPassage() {
    try {
      while (state == State.HELD) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a proxy", e);
    }
  }

  /** How many of so many bytes may pass; if not all, the connection ends behind them. */
  synchronized int admit(Direction direction, int bytes) {
    Integer rest = left.get(direction);
    if (rest == null) {
      return bytes;
    }
    if (rest >= bytes) {
      left.put(direction, rest - bytes);
      return bytes;
    }
    left.remove(direction);
    return rest;
  }
}
