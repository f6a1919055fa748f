package dev.remuda.worker;

import dev.remuda.protocol.WireException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
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
      new Worker(WorkerOptions.parse(arguments), listener, new ControlChannel()).run();
    } catch (IllegalArgumentException | ClassNotFoundException | LinkageError e) {
      System.err.println("remuda: this worker cannot start: " + e);
      exit(2);
    } catch (WireException e) {
      System.err.println("remuda: the connection ends: " + e.getMessage());
      exit(ProcessExit.CONNECTION_ENDED);
    } catch (VirtualMachineError e) {
      System.err.println("Terminating due to " + e);
      exit(ProcessExit.OUT_OF_MEMORY);
    } catch (IOException | RuntimeException e) {
      System.err.println("remuda: this worker ends: " + e.getMessage());
      if (e.getCause() != null) {
        e.getCause().printStackTrace();
      }
      exit(ProcessExit.CONNECTION_ENDED);
    }
  }

  static void exit(int status) {
    System.out.flush();
    System.err.flush();
    ProcessExit.now(status);
  }
}
