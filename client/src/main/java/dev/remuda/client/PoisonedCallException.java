package dev.remuda.client;

import java.time.Duration;

/** The same call has killed too many workers lately, so it was not sent to another. */
public final class PoisonedCallException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final String fingerprint;
  private final Duration left;

  PoisonedCallException(
      String method, String fingerprint, PoisonRule rule, Duration left, CallSite site) {
    super(
        method
            + " is refused for "
            + left.toSeconds()
            + " s more: with these arguments it has killed "
            + rule.deaths()
            + " workers within "
            + rule.within().toSeconds()
            + " s; fingerprint "
            + fingerprint,
        site,
        null);
    this.fingerprint = fingerprint;
    this.left = left;
  }

  /** SHA-256 of method and arguments, as it stands in the autopsies. */
  public String fingerprint() {
    return fingerprint;
  }

  /** How long it is still refused. */
  public Duration left() {
    return left;
  }
}
