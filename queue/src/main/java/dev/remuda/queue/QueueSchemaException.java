package dev.remuda.queue;

/** The table is missing, of a newer version, or of a shape that cannot be used. */
public final class QueueSchemaException extends QueueException {
  private static final long serialVersionUID = 1L;

  private final String statements;

  QueueSchemaException(String message, String statements) {
    super(statements.isEmpty() ? message : message + "\n" + statements, null);
    this.statements = statements;
  }

  /** What to run by hand so that the table can be used; empty where nothing helps. */
  public String statements() {
    return statements;
  }
}
