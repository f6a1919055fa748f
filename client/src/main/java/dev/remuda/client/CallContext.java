package dev.remuda.client;

import dev.remuda.context.Frame;
import dev.remuda.context.TaskLog;
import dev.remuda.context.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * What a call takes from where it was made.
 *
 * @param frame the one in force, if any
 * @param log what it reports to, if anything
 * @param trace where its caller stands in a trace, if in any
 */
record CallContext(
    @Nullable Frame frame, @Nullable CallLog log, @Nullable TraceParent trace, String frameName) {
  private static final CallContext NONE = new CallContext(null, null, null, "");

  /**
   * That of the running code.
   *
   * @param client the client's name, for the frame of the call
   * @param given the log that the caller gave for it, which goes before the current one
   */
  static CallContext of(String client, String method, @Nullable TaskLog given) {
    Frame frame = Frame.current().orElse(null);
    TraceParent trace = TraceParent.current().orElse(null);
    TaskLog log = given == null ? TaskLog.current() : given;
    if (frame == null && trace == null && !log.isKept()) {
      return NONE;
    }
    String name =
        frame == null
            ? ""
            : (client.isEmpty() ? "ANONYMOUS CLIENT" : client)
                + " -> "
                + (method.isEmpty() ? "NO METHOD" : method);
    return new CallContext(frame, log.isKept() ? new CallLog(log, method) : null, trace, name);
  }
}
