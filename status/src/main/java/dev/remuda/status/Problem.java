package dev.remuda.status;

/**
 * Something that is not as it should be.
 *
 * @param severity how bad it is
 * @param code its kind, which stays the same from version to version
 * @param subject which runner, pool or queue
 * @param text one sentence, with the figures
 * @param anchor the part of the page that tells more
 */
record Problem(Severity severity, String code, String subject, String text, String anchor) {
  /** How bad a problem is, the worst first. */
  enum Severity {
    /** It does not do its work: {@code /healthz} is red. */
    BROKEN,
    /** It works, and somebody should look. */
    WARNING
  }
}
