package dev.remuda.status;

import dev.remuda.Pool;
import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.Endpoint;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a daemon does, as a part of it: one live page, and the same as JSON, text and metrics.
 * On the loopback, read only, unless it is told otherwise. Immutable until it starts; each setting
 * gives the same page with that setting.
 *
 * <pre>{@code Daemon.named("mq").add(queue).add(StatusPage.on(9000)).run();}</pre>
 */
public final class StatusPage implements Endpoint {
  private final PageSettings settings;
  private volatile @Nullable PageServer server;

  private StatusPage(PageSettings settings) {
    this.settings = settings;
  }

  /**
   * At a port of the loopback, IPv4 and IPv6.
   *
   * @param port 0 for any that is free
   */
  public static StatusPage on(int port) {
    return new StatusPage(PageSettings.on(port));
  }

  private StatusPage with(Consumer<PageSettings.Draft> change) {
    PageSettings.Draft draft = settings.draft();
    change.accept(draft);
    return new StatusPage(draft.settings());
  }

  /**
   * The same at these addresses instead. Beyond the loopback it needs a {@link #token}, and {@link
   * #tls} or {@link #insecure}.
   *
   * @param addresses IP addresses, such as {@code 0.0.0.0}
   */
  public StatusPage at(String... addresses) {
    return with(draft -> draft.addresses = List.of(addresses));
  }

  /**
   * The same for browsers that know it by these names too. A request for another name is refused:
   * it may come from a page of somebody else's, whose name leads here.
   */
  public StatusPage knownAs(String... names) {
    Set<String> hosts = new HashSet<>(settings.hosts());
    hosts.addAll(Arrays.asList(names));
    return with(draft -> draft.hosts = hosts);
  }

  /**
   * The same with buttons that run, pause, cancel, retry, delete, retire, kill and dump. Without a
   * {@link #token} whoever has a user on this machine may press them.
   */
  public StatusPage allowActions() {
    return with(draft -> draft.actions = true);
  }

  /**
   * The same for those only who know a token: {@code Authorization: Bearer TOKEN}, or as the
   * password that a browser asks for, with any user.
   *
   * @param file has the token; made with a random one, for its owner only, where there is none
   */
  public StatusPage token(Path file) {
    return with(draft -> draft.tokenFile = file);
  }

  /** The same by https, with a certificate and its key as PEM files. */
  public StatusPage tls(Path certificate, Path key) {
    return with(draft -> {
      draft.certificate = certificate;
      draft.key = key;
    });
  }

  /** The same where it is known that the network may see the token and all that is shown. */
  public StatusPage insecure() {
    return with(draft -> draft.insecure = true);
  }

  /** The same with less patience, or more, for those who do not read what they are sent. */
  StatusPage stalledAfter(Duration time) {
    return with(draft -> draft.stalledAfter = time);
  }

  /** The same with a pool that is not the daemon's own. */
  public StatusPage watch(String name, Pool<?> pool) {
    return watching(name, pool);
  }

  /** The same with a server, whose callers are other processes. */
  public StatusPage watch(String name, TaskServer taskServer) {
    return watching(name, taskServer);
  }

  private StatusPage watching(String name, Object what) {
    Map<String, Object> watched = new LinkedHashMap<>(settings.watched());
    watched.put(name, what);
    return with(draft -> draft.watched = watched);
  }

  /** Shows a further pool, until it is hidden; does nothing before it has started. */
  public void show(String poolName, Pool<?> pool) {
    PageServer running = server;
    if (running != null) {
      running.show(poolName, pool);
    }
  }

  /** Shows a pool no more, before it is closed. */
  public void hide(Pool<?> pool) {
    PageServer running = server;
    if (running != null) {
      running.hide(pool);
    }
  }

  @Override
  public String name() {
    return "status page";
  }

  @Override
  public List<String> problems() {
    return settings.problems();
  }

  /**
   * Begins to listen; called by the daemon.
   *
   * @throws IOException naming the address where it cannot, or what is wrong with the token's file
   */
  @Override
  public void start(Daemon daemon) throws IOException {
    List<Watched> watched = new ArrayList<>();
    settings
        .watched()
        .forEach((name, what) -> {
          if (what instanceof Pool<?> pool) {
            watched.add(Watched.OfPool.watch(name, pool));
          } else if (what instanceof TaskServer taskServer) {
            watched.add(Watched.OfServer.watch(name, taskServer));
          }
        });
    server = PageServer.start(settings, new SnapshotTaker(daemon, watched, SnapshotTaker.FRESH));
  }

  /** Where it can be opened, such as {@code http://127.0.0.1:9000}; empty before it has started. */
  @Override
  public List<String> addresses() {
    PageServer running = server;
    return running == null ? List.of() : running.urls();
  }

  LiveUpdates.Stats live() {
    PageServer running = server;
    return running == null ? new LiveUpdates.Stats(0, 0) : running.live();
  }

  @Override
  public void close() {
    PageServer running = server;
    if (running != null) {
      running.close();
    }
  }
}
