package dev.remuda.daemon;

/** What a daemon does when it is to read its settings again. */
@FunctionalInterface
public interface Reload {
  /** Reads them; may block. When it throws, that is logged and shown, and all goes on as before. */
  void reload() throws Exception;
}
