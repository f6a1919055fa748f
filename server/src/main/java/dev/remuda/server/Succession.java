package dev.remuda.server;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The side of a hand-over that gives: it lends its sockets and locks to its successor, and leaves
 * when that one says that it is ready. Belongs to the supervisor's loop.
 *
 * <p>Until then both take connections from the same queues, and this one goes on alone if the
 * connection of the other ends.
 */
final class Succession {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  private final Supervisor supervisor;
  private Question.@Nullable Asker successor;
  private String name = "";

  Succession(Supervisor supervisor) {
    this.supervisor = supervisor;
  }

  /** Answers with all that is listened on, in the order of the descriptors that come along. */
  void handover(Question question) {
    if (!(question.argument(0) instanceof Long pid)) {
      question.failed("handover needs the pid of the server that asks");
    } else if (supervisor.isLeaving()) {
      question.failed("it is ending");
    } else if (successor != null) {
      question.failed("it is handing over to " + name + " already");
    } else if (tlsAddress() != null) {
      question.failed(
          "it listens on " + tlsAddress() + ", which cannot be handed over: drain it first");
    } else {
      lend(question, "the server with pid " + pid);
    }
  }

  /** The listening socket of a gateway is the JDK's, whose descriptor is out of reach. */
  private @Nullable Address tlsAddress() {
    for (ListenPoint point : supervisor.points()) {
      if (point.gateway() != null) {
        return point.address();
      }
    }
    return null;
  }

  private void lend(Question question, String to) {
    var descriptors = new ArrayList<Integer>();
    var offered = new ArrayList<Map<String, Object>>();
    for (ListenPoint point : supervisor.points()) {
      String trouble = point.keepLock();
      if (trouble != null) {
        question.failed(trouble);
        return;
      }
      Integer lock = point.lockFd();
      descriptors.add(point.fd());
      if (lock != null) {
        descriptors.add(lock);
      }
      var offer = new LinkedHashMap<String, Object>();
      offer.put("address", point.address().toString());
      offer.put("lock", lock != null);
      offer.put("lent", point.lent());
      offered.add(offer);
    }
    if (descriptors.size() > DescriptorPassing.MOST) {
      question.failed("it listens on too many addresses to hand them over");
      return;
    }
    Question.Asker asker = question.asker();
    successor = asker;
    name = to;
    supervisor.points().forEach(ListenPoint::share);
    asker.whenGone(() -> gone(asker));
    question.ok(offered, descriptors);
  }

  /** Its workers, if it had any, have ended or serve what they took to the end. */
  private void gone(Question.Asker asker) {
    if (!asker.equals(successor) || supervisor.isClosing()) {
      return;
    }
    successor = null;
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} did not take over: {1}",
        name,
        supervisor.isLeaving() ? "this one serves who waits, and ends" : "this one goes on");
    try {
      supervisor.own();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot take back what was lent to " + name, e);
    }
  }

  /** From here on it is the other's. */
  void handed(Question question) {
    if (!question.asker().equals(successor)) {
      question.failed("nothing was handed over on this connection");
      return;
    }
    question.ok(true);
    if (successor != null) { // else it was gone before it could hear that
      successor = null;
      LOG.log(System.Logger.Level.INFO, "handed over to {0}; serving what was begun", name);
      supervisor.leave("handed over to " + name);
    }
  }
}
