package dev.remuda.worker;

import dev.remuda.protocol.WireException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.channels.ServerSocketChannel;

/**
 * The main class of a JVM worker. A supervisor starts it with the listening socket as descriptor 0
 * and the control pipes as 3 and 4; it is of no use by hand.
 */
public final class WorkerMain {
  private WorkerMain() {}

  /** Serves one connection, then ends the process. */
  public static void main(String[] arguments) {
    try {
      if (!(System.inheritedChannel() instanceof ServerSocketChannel listener)) {
        throw new IllegalArgumentException("descriptor 0 is no listening socket");
      }
      // Descriptor 0 becomes /dev/null; the listener lives on under another number.
      new FileInputStream(FileDescriptor.in).close();
      System.setIn(InputStream.nullInputStream()); // else reading it fails instead of ending
      var control = new ControlChannel();
      ProcessExit.announceTo(control);
      new Worker(WorkerOptions.parse(arguments), listener, control).run();
    } catch (Throwable e) {
      end(e);
    }
  }

  /** Whatever was thrown, the process ends: threads of user code must not keep it. */
  private static void end(Throwable thrown) {
    int status = ProcessExit.CONNECTION_ENDED;
    try {
      status = statusOf(thrown);
      LastWords.say(text(thrown));
    } finally {
      exit(status);
    }
  }

  private static int statusOf(Throwable thrown) {
    if (thrown instanceof VirtualMachineError) {
      return ProcessExit.OUT_OF_MEMORY;
    }
    return cannotStart(thrown) ? ProcessExit.CANNOT_START : ProcessExit.CONNECTION_ENDED;
  }

  private static boolean cannotStart(Throwable thrown) {
    return thrown instanceof IllegalArgumentException
        || thrown instanceof ClassNotFoundException
        || thrown instanceof LinkageError;
  }

  private static String text(Throwable thrown) {
    if (thrown instanceof VirtualMachineError) {
      return "Terminating due to " + thrown + "\n";
    } else if (thrown instanceof WireException) {
      return "remuda: the connection ends: " + thrown.getMessage() + "\n";
    } else if (cannotStart(thrown)) {
      return "remuda: this worker cannot start: " + thrown + "\n";
    }
    String text = "remuda: this worker ends: " + thrown.getMessage();
    return thrown.getCause() == null ? text + "\n" : LastWords.trace(text, thrown.getCause());
  }

  static void exit(int status) {
    try {
      LastWords.flush();
    } finally {
      ProcessExit.now(status);
    }
  }
}
