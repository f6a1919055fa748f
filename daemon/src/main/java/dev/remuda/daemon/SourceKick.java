package dev.remuda.daemon;

import java.util.List;

/**
 * See {@link Kick#by}.
 *
 * @param description what is shown of it
 * @param source whence it comes
 */
record SourceKick(String description, KickSource source) implements Kick {
  @Override
  public List<String> problems() {
    return List.of();
  }

  @Override
  public String toString() {
    return description;
  }
}
