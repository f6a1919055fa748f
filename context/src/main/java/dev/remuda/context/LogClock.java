package dev.remuda.context;

import java.time.Instant;

/** The two clocks of a log: one that people read, and one that is never set. */
interface LogClock {
  /** Those of the machine. */
  LogClock SYSTEM =
      new LogClock() {
        @Override
        public long epochMicros() {
          Instant now = Instant.now();
          return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }
      };

  /** Microseconds since 1970. */
  long epochMicros();

  /** Nanoseconds since some moment. */
  long nanoTime();
}
