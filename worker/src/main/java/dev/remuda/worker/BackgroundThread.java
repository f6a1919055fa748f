package dev.remuda.worker;

/**
 * One of a worker's own threads, which does not keep the process. A class with its work in it, not
 * a builder and a lambda: the JVM's first lambda and the builder's classes would take milliseconds
 * of each worker's start.
 */
abstract class BackgroundThread extends Thread {
  BackgroundThread(String name) {
    super(name);
    setDaemon(true);
  }

  @Override
  public abstract void run();
}
