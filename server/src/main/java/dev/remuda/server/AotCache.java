package dev.remuda.server;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Whether JVM workers start from an ahead-of-time (AOT) cache of the JDK, where such files are
 * kept, and when one that is missing is trained. They make a start faster and change nothing else.
 *
 * @param folder where they lie, absolute; null to use none
 * @param trainAfter the server's age at which a missing one is trained, from zero to 365 days; null
 *     to train none
 * @param niceness how much a training lets others go before, from 0 for not at all to 19
 */
public record AotCache(@Nullable Path folder, @Nullable Duration trainAfter, int niceness) {
  /** At what age a server trains the cache that it lacks. */
  public static final Duration DEFAULT_TRAIN_AFTER = Duration.ofSeconds(10);

  private static final Duration LONGEST = Duration.ofDays(365);
  private static final int LEAST_PRIORITY = 19;

  /** Neither used nor trained. */
  public static final AotCache OFF = new AotCache(null, null, LEAST_PRIORITY);

  /** The environment variable with {@code off}, or the folder; the system property goes before. */
  public static final String VARIABLE = "REMUDA_AOT_CACHE";

  /** The system property with {@code off}, or the folder. */
  public static final String PROPERTY = "remuda.aotCache";

  /** The environment variable with {@code never}, or the time as in {@code PT10S}. */
  public static final String TRAIN_AFTER_VARIABLE = "REMUDA_AOT_TRAIN_AFTER";

  /** The system property with {@code never}, or the time as in {@code PT10S}. */
  public static final String TRAIN_AFTER_PROPERTY = "remuda.aotTrainAfter";

  /**
   * Checks what can be checked without looking at the file system.
   *
   * @throws IllegalArgumentException naming what cannot be
   */
  public AotCache {
    if (folder != null && !folder.isAbsolute()) {
      throw new IllegalArgumentException("the folder of AOT caches is absolute, not " + folder);
    }
    if (trainAfter != null && (trainAfter.isNegative() || trainAfter.compareTo(LONGEST) > 0)) {
      throw new IllegalArgumentException(
          "an AOT cache is trained after zero to 365 days, not " + trainAfter);
    }
    if (niceness < 0 || niceness > LEAST_PRIORITY) {
      throw new IllegalArgumentException("niceness is 0 to 19, not " + niceness);
    }
  }

  /** Kept in this folder, trained after {@link #DEFAULT_TRAIN_AFTER} at the least priority. */
  public static AotCache in(Path folder) {
    return new AotCache(folder, DEFAULT_TRAIN_AFTER, LEAST_PRIORITY);
  }

  /** The same, trained at another age; zero for at once. */
  public AotCache trainedAfter(Duration age) {
    return new AotCache(folder, age, niceness);
  }

  /** The same, but those that are missing stay so. */
  public AotCache neverTrained() {
    return new AotCache(folder, null, niceness);
  }

  /** The same, trained at another priority. */
  public AotCache trainedAtNiceness(int value) {
    return new AotCache(folder, trainAfter, value);
  }

  /**
   * What system properties and environment say, and else {@code $XDG_CACHE_HOME/remuda}, by default
   * {@code ~/.cache/remuda}.
   *
   * @throws IllegalArgumentException naming the variable or property that cannot be, and its value
   */
  public static AotCache ofThisUser() {
    return of(System.getenv(), System.getProperties());
  }

  static AotCache of(Map<String, String> environment, Properties properties) {
    String folder = given(environment, VARIABLE, properties, PROPERTY);
    String after = given(environment, TRAIN_AFTER_VARIABLE, properties, TRAIN_AFTER_PROPERTY);
    if (folder.equals("off")) {
      return OFF;
    }
    try {
      Path path = folder.isEmpty() ? usual(environment, properties) : Path.of(folder);
      return path == null ? OFF : new AotCache(path, after(after), LEAST_PRIORITY);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PROPERTY
              + "/"
              + VARIABLE
              + " or "
              + TRAIN_AFTER_PROPERTY
              + "/"
              + TRAIN_AFTER_VARIABLE
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static String given(
      Map<String, String> environment, String variable, Properties properties, String property) {
    return properties.getProperty(property, environment.getOrDefault(variable, "")).strip();
  }

  private static @Nullable Duration after(String text) {
    try {
      return switch (text) {
        case "" -> DEFAULT_TRAIN_AFTER;
        case "never" -> null;
        default -> Duration.parse(text);
      };
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("never, or a time such as PT10S, not '" + text + "'", e);
    }
  }

  /** Null for a user without a home. */
  private static @Nullable Path usual(Map<String, String> environment, Properties properties) {
    Path base = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    if (!base.isAbsolute()) { // the standard has such a value ignored
      base = Path.of(properties.getProperty("user.home", "")).resolve(".cache");
    }
    return base.isAbsolute() ? base.resolve("remuda") : null;
  }

  @Override
  public String toString() {
    return folder == null
        ? "off"
        : folder + (trainAfter == null ? ", never trained" : ", trained after " + trainAfter);
  }
}
