package dev.remuda.status;

/** What workers do in these tests. */
public interface Work {
  /** Gives it back. */
  String echo(String text);

  /** Never ends. */
  String hang();

  /** Ends the worker. */
  String die();

  /** Throws. */
  String fail(String why);

  /** Prints lines. */
  void print(String text, int times);
}
