package dev.remuda.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The whole window of a terminal, and the keys that are pressed in it; given back at its end. */
final class TopScreen implements AutoCloseable {
  private static final File TTY = new File("/dev/tty");
  private static final String BEGIN = "\u001b[?1049h\u001b[?25l";
  private static final String END = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST = "\u001b[J";
  private static final int MOST_KEYS = 1_000;

  /** Nobody answers a question that fast. */
  private static final Duration BURST = Duration.ofMillis(100);

  private final String saved;
  private final FileInputStream input;
  private final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>(MOST_KEYS);
  private final Thread reader;
  private final Thread atExit = new Thread(this::restore, "remuda-top-restore");

  private TopScreen(String saved, FileInputStream input) {
    this.saved = saved;
    this.input = input;
    this.reader = Thread.ofPlatform().daemon().name("remuda-keys").unstarted(this::read);
  }

  /** Whether this process has a terminal whose keys it can hear. */
  static boolean isPossible() {
    return Files.isReadable(Path.of("/dev/tty")) && !stty("-g").isEmpty();
  }

  static TopScreen open() throws CommandException {
    String saved = stty("-g");
    try {
      var screen = new TopScreen(saved, new FileInputStream(TTY));
      Runtime.getRuntime().addShutdownHook(screen.atExit);
      var _ = stty("-icanon", "-echo", "min", "1");
      System.out.print(BEGIN);
      System.out.flush();
      screen.reader.start();
      return screen;
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILED, "the terminal cannot be read: " + e.getMessage(), e);
    }
  }

  private void read() {
    try {
      for (int key = input.read(); key >= 0; key = input.read()) {
        if (!keys.offer(key)) {
          keys.clear(); // pasted by mistake: what is typed later is to be heard
          var _ = keys.offer(key);
        }
      }
    } catch (IOException e) {
      // The terminal has gone.
    }
    var _ = keys.offer(-1);
  }

  /** The next byte that is typed; 0 when none is within the time, -1 when the terminal has gone. */
  int key(Duration within) {
    try {
      Integer key = keys.poll(within.toMillis(), TimeUnit.MILLISECONDS);
      return key == null ? 0 : key;
    } catch (InterruptedException e) {
      return -1;
    }
  }

  /** Whether something was typed that nobody has taken. */
  boolean hasKeys() {
    return !keys.isEmpty();
  }

  /** Forgets what was typed or pasted until now, and whatever follows it at once. */
  void forgetKeys() {
    int key = key(BURST);
    while (key > 0) {
      key = key(BURST);
    }
    if (key < 0) {
      var _ = keys.offer(key);
    }
  }

  /** False when it is to end. */
  static boolean pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Lines and columns of the window at this moment. */
  int[] size() {
    String[] said = stty("size").split(" ", -1);
    try {
      int rows = Integer.parseInt(said[0]);
      int columns = Integer.parseInt(said[1]);
      if (rows > 0 && columns > 0) {
        return new int[] {rows, columns};
      }
    } catch (RuntimeException e) {
      // It does not know.
    }
    return new int[] {24, Terminal.WIDTH};
  }

  /** Draws over what was there. */
  void draw(String text) {
    System.out.print(HOME + text.replace("\n", REST_OF_LINE + "\r\n") + REST_OF_LINE + REST);
    System.out.flush();
  }

  private static String stty(String... words) {
    var command = new java.util.ArrayList<String>();
    command.add("stty");
    command.addAll(java.util.List.of(words));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(TTY)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader answer = process.inputReader()) {
        String line = answer.readLine();
        return line == null ? "" : line.strip();
      }
    } catch (IOException e) {
      return "";
    }
  }

  private void restore() {
    System.out.print(END);
    System.out.flush();
    var _ = stty(saved);
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // It is run already, and does no harm twice.
    }
  }
}
