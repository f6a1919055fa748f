package dev.remuda.daemon;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * See {@link Kick#postgres}.
 *
 * @param origin where connections come from
 * @param channel the channel's name
 */
record PostgresKick(Origin origin, String channel) implements Kick {
  private static final int MAX_CHANNEL_BYTES = 63;

  @Override
  public List<String> problems() {
    var problems = new ArrayList<String>();
    if (origin instanceof Url(String url) && !url.startsWith(Url.PREFIX)) {
      int shown = Math.min(url.length(), Url.PREFIX.length()); // a password may follow
      problems.add(
          "a JDBC URL for kicks begins with "
              + Url.PREFIX
              + ", not with '"
              + url.substring(0, shown)
              + "'");
    }
    int bytes = channel.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_CHANNEL_BYTES || channel.indexOf('\0') >= 0) {
      problems.add("the PostgreSQL channel '" + channel + "' has " + bytes + " bytes, not 1 to 63");
    }
    if (!PostgresDriver.isThere()) {
      problems.add(
          "kicks by the PostgreSQL channel '"
              + channel
              + "' need org.postgresql:postgresql on the class path");
    }
    return problems;
  }

  @Override
  public String toString() {
    return "postgres " + channel; // never the URL, which may hold a password
  }

  /** Where connections come from. */
  sealed interface Origin {
    /** A new connection; blocks. */
    Connection connect() throws SQLException;
  }

  /**
   * A pool of connections.
   *
   * @param dataSource the pool
   */
  record Pooled(DataSource dataSource) implements Origin {
    @Override
    public Connection connect() throws SQLException {
      return dataSource.getConnection();
    }
  }

  /**
   * The driver itself.
   *
   * @param url with user and password where they are needed
   */
  record Url(String url) implements Origin {
    static final String PREFIX = "jdbc:postgresql:";

    @Override
    public Connection connect() throws SQLException {
      return DriverManager.getConnection(url);
    }
  }
}
