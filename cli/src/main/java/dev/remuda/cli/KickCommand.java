package dev.remuda.cli;

import dev.remuda.daemon.Kick;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code remuda kick}: tells a daemon that there is something to do. */
@Command(
    name = "kick",
    sortOptions = false,
    header = "Tells a daemon by a datagram that there is something to do.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda kick ADDR [--json]",
    description = {
      "",
      "Every job that is kicked at this address runs as soon as it may. Whether",
      "anybody hears it is not told: a kick may be lost, and polling goes on.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda kick 127.0.0.1:8001",
      "  remuda kick udp:[::1]:8001",
      "",
      "Exit status: 0 sent, 2 wrong usage, 3 it could not be sent."
    })
final class KickCommand implements Callable<Integer> {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:udp:)?(?:\\[([0-9a-fA-F:.%\\w]{2,60})\\]|([^:\\[\\]]{1,253})):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;

  @Parameters(
      index = "0",
      paramLabel = "ADDR",
      description = "Where the daemon hears kicks: HOST:PORT, with or without udp: before it.")
  private String address = "";

  @Option(names = "--json", description = "Print JSON, one object a line.")
  private boolean json;

  @Mixin
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws CommandException {
    InetSocketAddress to = parsed();
    try {
      Kick.send(to);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.TIMEOUT, "no kick could be sent to " + address + ": " + e.getMessage(), e);
    }
    String shown = to.getAddress().getHostAddress() + " port " + to.getPort();
    if (json) {
      var sent = new LinkedHashMap<String, @Nullable Object>();
      sent.put("host", to.getAddress().getHostAddress());
      sent.put("port", (long) to.getPort());
      System.out.println(Printable.json(sent));
    } else {
      System.out.println("kicked " + shown);
    }
    return ExitStatus.DONE;
  }

  private InetSocketAddress parsed() throws CommandException {
    Matcher parts = FORM.matcher(address);
    int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new CommandException(
          ExitStatus.USAGE,
          "'" + address + "' is not HOST:PORT with a port from 1 to " + MAX_PORT,
          null);
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    return new InetSocketAddress(String.valueOf(host), port);
  }
}
