package dev.remuda.queue;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What PostgreSQL's driver says beyond JDBC. By reflection: the driver is the user's to add, and
 * its classes cannot be compiled against without the annotations that it was compiled with.
 */
final class PostgresEar {
  private final Object connection;
  private final Method getNotifications;
  private final Method getParameter;

  private PostgresEar(Object connection, Method getNotifications, Method getParameter) {
    this.connection = connection;
    this.getNotifications = getNotifications;
    this.getParameter = getParameter;
  }

  static PostgresEar of(Connection connection) throws SQLException {
    try {
      ClassLoader loader = connection.getClass().getClassLoader();
      Class<?> type = Class.forName("org.postgresql.PGConnection", false, loader);
      Class<?> notification = Class.forName("org.postgresql.PGNotification", false, loader);
      return new PostgresEar(
          connection.unwrap(type),
          type.getMethod("getNotifications", int.class),
          notification.getMethod("getParameter"));
    } catch (ReflectiveOperationException e) {
      throw new SQLException("this driver does not tell notifications: " + connection, e);
    }
  }

  /** Waits so long for notifications; their texts. */
  List<String> hear(int millis) throws SQLException {
    var texts = new ArrayList<String>();
    try {
      Object heard = getNotifications.invoke(connection, millis);
      for (int i = 0; heard != null && i < Array.getLength(heard); i++) {
        texts.add(String.valueOf(getParameter.invoke(Array.get(heard, i))));
      }
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof SQLException failed ? failed : new SQLException(e);
    } catch (IllegalAccessException e) {
      throw new SQLException("notifications cannot be read", e);
    }
    return texts;
  }
}
