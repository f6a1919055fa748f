package dev.remuda.cli;

import dev.remuda.daemon.Daemon;
import dev.remuda.status.StatusPage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the status page of a command is, if it is to have one. */
final class StatusOptions {
  private static final int AT = 500;

  @Option(
      names = "--status",
      order = AT,
      paramLabel = "PORT",
      description = "Show what happens on a page at http://127.0.0.1:PORT/; 0 for any port.")
  private @Nullable Integer port;

  @Option(
      names = "--status-at",
      order = AT,
      paramLabel = "IP",
      description =
          "Have the page at this address instead, such as 0.0.0.0; may be repeated. Beyond the"
              + " loopback it needs --status-token, and a --status-tls or --insecure.")
  private List<String> addresses = new ArrayList<>();

  @Option(
      names = "--status-name",
      order = AT,
      paramLabel = "HOST",
      description =
          "Answer browsers that know the page by this name too, not only by an IP address or"
              + " localhost; may be repeated.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--status-token",
      order = AT,
      paramLabel = "FILE",
      description = "Show the page to those only who know the token in FILE, made if missing.")
  private @Nullable Path token;

  @Option(
      names = "--status-tls",
      order = AT,
      arity = "2",
      paramLabel = "PEM",
      description = "Have the page by https, with this certificate and key.")
  private List<Path> tls = new ArrayList<>();

  @Option(
      names = "--status-actions",
      order = AT,
      description = "Allow the page's buttons: dump, retire and kill workers.")
  private boolean actions;

  /** Whether there is to be a page. */
  boolean isWanted() {
    return port != null;
  }

  /** An option that means nothing without a page; null where none is given. */
  @Nullable String senseless() {
    if (port != null) {
      return null;
    }
    return !addresses.isEmpty()
        ? "--status-at"
        : !names.isEmpty()
            ? "--status-name"
            : token != null
                ? "--status-token"
                : !tls.isEmpty() ? "--status-tls" : actions ? "--status-actions" : null;
  }

  /**
   * A page that is open until the daemon is closed, and says where it is on stderr.
   *
   * @param watching adds what it shows
   */
  Daemon open(String name, boolean insecure, UnaryOperator<StatusPage> watching)
      throws CommandException {
    StatusPage page = StatusPage.on(port == null ? 0 : port);
    if (!addresses.isEmpty()) {
      page = page.at(addresses.toArray(String[]::new));
    }
    if (!names.isEmpty()) {
      page = page.knownAs(names.toArray(String[]::new));
    }
    if (token != null) {
      page = page.token(token);
    }
    if (tls.size() == 2) {
      page = page.tls(tls.getFirst(), tls.getLast());
    }
    if (actions) {
      page = page.allowActions();
    }
    if (insecure) {
      page = page.insecure();
    }
    StatusPage shown = watching.apply(page);
    try {
      Daemon daemon = Daemon.named(name).add(shown).captureConsole().start();
      System.err.println("remuda: status page at " + String.join(" ", shown.addresses()));
      return daemon;
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new CommandException(
          ExitStatus.USAGE,
          String.valueOf(e.getMessage())
              .replace("token(FILE)", "--status-token FILE")
              .replace("tls(CERTIFICATE, KEY)", "--status-tls CERTIFICATE KEY")
              .replace("insecure()", "--insecure"),
          e);
    }
  }
}
