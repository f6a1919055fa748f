package dev.remuda.daemon;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The one thing that is wanted of PostgreSQL's driver, by reflection: most daemons have none. */
final class PostgresDriver {
  private static final @Nullable Method NOTIFICATIONS = notifications();

  private PostgresDriver() {}

  private static @Nullable Method notifications() {
    try {
      return Class.forName("org.postgresql.PGConnection").getMethod("getNotifications", int.class);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  static boolean isThere() {
    return NOTIFICATIONS != null;
  }

  /** How many notifications have come, if need be after a wait for the first; blocks. */
  static int awaitNotifications(Connection connection, int millis) throws SQLException {
    Method method = NOTIFICATIONS;
    if (method == null) {
      throw new SQLException("PostgreSQL's driver is not there");
    }
    try {
      Object heard = method.invoke(connection.unwrap(method.getDeclaringClass()), millis);
      return heard == null ? 0 : Array.getLength(heard);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof SQLException sql ? sql : new SQLException(e.getCause());
    } catch (IllegalAccessException e) {
      throw new SQLException(e);
    }
  }
}
