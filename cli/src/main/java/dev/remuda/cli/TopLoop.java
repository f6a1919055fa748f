package dev.remuda.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Draws, waits for a key, does what it says, and draws again. */
final class TopLoop {
  private static final int ESCAPE = 27;
  private static final int DELETE = 127;
  private static final int BACKSPACE = 8;
  private static final int MOST_FILTER = 100;

  /** Bytes of a character of UTF-8 after its first. */
  private static final int MOST_FOLLOWING = 3;

  private static final Duration SEQUENCE = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofHours(1);
  private static final String HELP =
      "q end  j k choose  s order  / filter  d dump  r retire  K kill";

  private final ControlClient server;
  private final TopScreen screen;
  private final Duration every;
  private final long count;
  private final TopView view = new TopView();
  private String foot = HELP;

  TopLoop(ControlClient server, TopScreen screen, Duration every, long count) {
    this.server = server;
    this.screen = screen;
    this.every = every;
    this.count = count;
  }

  static Map<?, ?> status(ControlClient server) throws CommandException {
    if (!(server.ask("status") instanceof Map<?, ?> status)) {
      throw server.nonsense("status");
    }
    return status;
  }

  void run() throws CommandException {
    for (long look = 0; look < count; look++) {
      Map<?, ?> status = status(server);
      List<WorkerRow> workers = WorkerRow.of(server);
      if (!keys(status, workers)) {
        return;
      }
    }
  }

  /** Until it is time to look again; false to end. */
  private boolean keys(Map<?, ?> status, List<WorkerRow> workers) throws CommandException {
    long end = System.nanoTime() + every.toNanos();
    while (true) {
      draw(status, workers);
      long left = end - System.nanoTime();
      int key = left <= 0 ? 0 : screen.key(Duration.ofNanos(left));
      switch (key) {
        case 0 -> {
          return true;
        }
        case -1, 'q', 3 -> {
          return false;
        }
        case 's' -> view.nextOrder();
        case 'j' -> view.move(1);
        case 'k' -> view.move(-1);
        case ESCAPE -> arrow();
        case '/' -> filter(status, workers);
        case 'd' -> dump();
        case 'r' -> {
          if (change("retire")) {
            return true;
          }
        }
        case 'K' -> {
          if (change("kill")) {
            return true;
          }
        }
        default -> {}
      }
    }
  }

  private void draw(Map<?, ?> status, List<WorkerRow> workers) {
    if (screen.hasKeys()) {
      var _ = view.text(status, workers, 0, 1); // the next key chooses among these
      return;
    }
    int[] size = screen.size();
    int room = Math.max(1, size[0] - 1);
    List<String> lines =
        view.text(status, workers, size[1], size[0] - 2).lines().limit(room).toList();
    String last = Terminal.STDOUT.dim(TopView.cut(Printable.line(foot), Math.max(1, size[1] - 1)));
    screen.draw(
        String.join("\n", lines) + (size[0] > 1 ? "\n".repeat(size[0] - lines.size()) + last : ""));
    foot = HELP;
  }

  /** Arrows come as three bytes; a bare escape takes the filter away. */
  private void arrow() {
    if (screen.key(SEQUENCE) != '[') {
      view.filter("");
      return;
    }
    switch (screen.key(SEQUENCE)) {
      case 'A' -> view.move(-1);
      case 'B' -> view.move(1);
      default -> {}
    }
  }

  private void filter(Map<?, ?> status, List<WorkerRow> workers) {
    var text = new StringBuilder(view.filter());
    while (true) {
      foot = "filter: " + text + "_  (Enter keeps it, Escape takes it away)";
      draw(status, workers);
      int key = screen.key(LONG);
      if (key <= 0 || key == ESCAPE) {
        view.filter("");
        return;
      }
      if (key == '\n' || key == '\r') {
        return;
      }
      if (key == DELETE || key == BACKSPACE) {
        text.setLength(text.offsetByCodePoints(text.length(), text.isEmpty() ? 0 : -1));
      } else if (key >= ' ' && text.length() < MOST_FILTER) {
        text.append(character(key));
      }
      view.filter(text.toString());
    }
  }

  /** The character that a byte begins, with the bytes that follow it, which come together. */
  private String character(int first) {
    int more = Math.max(0, Integer.numberOfLeadingZeros(~(first << 24)) - 1);
    var bytes = new byte[1 + Math.min(more, MOST_FOLLOWING)];
    bytes[0] = (byte) first;
    for (int i = 1; i < bytes.length; i++) {
      bytes[i] = (byte) screen.key(SEQUENCE);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void dump() throws CommandException {
    WorkerRow worker = view.chosen();
    if (worker == null) {
      foot = "choose a worker first, with j and k";
      return;
    }
    Object said;
    try {
      said = server.askAboutWorker("dump", worker.id(), worker.pid());
    } catch (CommandException e) {
      requireServer(e);
      foot = String.valueOf(e.getMessage());
      return;
    }
    List<String> lines = Printable.lines(String.valueOf(said)).lines().toList();
    int first = 0;
    while (true) {
      int[] size = screen.size();
      int room = Math.max(1, size[0] - 2);
      first = Math.clamp(first, 0, Math.max(0, lines.size() - room));
      String page =
          String.join(
              "\n",
              lines.subList(first, Math.min(lines.size(), first + room)).stream()
                  .map(line -> TopView.cut(line.replace("\t", "    "), size[1]))
                  .toList());
      String last = Printable.line(worker.name()) + "  j k move  q back";
      screen.draw(page + "\n" + Terminal.STDOUT.dim(TopView.cut(last, size[1])));
      switch (screen.key(LONG)) {
        case 'j' -> first++;
        case 'k' -> first--;
        case ' ' -> first += room;
        case 'q', -1, ESCAPE -> {
          return;
        }
        default -> {}
      }
    }
  }

  /** Asks first; true when it was done. */
  private boolean change(String command) throws CommandException {
    WorkerRow worker = view.chosen();
    if (worker == null) {
      foot = "choose a worker first, with j and k";
      return false;
    }
    int[] size = screen.size();
    String question = "  " + command + " " + Printable.line(worker.name()) + "? y or n";
    screen.draw("\n".repeat(size[0] / 2) + TopView.cut(question, size[1]));
    screen.forgetKeys(); // what was typed before it was asked is no answer
    if (screen.key(LONG) != 'y') {
      foot = "nothing was done";
      return false;
    }
    try {
      var _ = server.ask(command, worker.id(), ControlCommand.asker("top"), worker.pid());
      foot = worker.name() + ": " + command + " was asked for";
    } catch (CommandException e) {
      requireServer(e);
      foot = String.valueOf(e.getMessage());
    }
    return true;
  }

  /** Without a server there is nothing to watch. */
  private static void requireServer(CommandException e) throws CommandException {
    if (e instanceof ServerEndedException) {
      throw e;
    }
  }
}
