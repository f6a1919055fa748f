package dev.remuda.server;

/** Makes sure that it is supported, then a first native call. */
final class ProbeSupport {

  private ProbeSupport() {}

  public static void main(String[] arguments) throws Exception {
    try {
      Linux.requireSupported();
      Linux.pipe();
      System.out.println("supported");
    } catch (UnsupportedOperationException e) {
      System.out.println(e.getMessage());
    }
  }
}
