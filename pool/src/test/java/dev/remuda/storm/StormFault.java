package dev.remuda.storm;

import dev.remuda.client.CallCancelledException;
import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallSkippedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.CheckoutClosedException;
import dev.remuda.client.ConnectException;
import dev.remuda.client.PoisonedCallException;
import dev.remuda.client.ProtocolException;
import dev.remuda.client.QueueFullException;
import dev.remuda.client.QueueTimeoutException;
import dev.remuda.client.SetupFailedException;
import dev.remuda.client.TaskException;
import dev.remuda.client.WorkerDiedException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What a storm has in store. */
enum StormFault {
  KILL_WORKER(8),
  STOP_WORKER(5),
  SLOW_WORKER(3),
  KILL_SUPERVISOR(3),
  REPLACE_SUPERVISOR(3),
  STOP_SUPERVISOR(2),
  CUT(5),
  CUT_REQUEST(6),
  CUT_ANSWER(6),
  DELAY(4),
  THROTTLE(3),
  HOLD(4),
  LOSE(4),
  MOVE_CLOCK(4),
  END_CLIENT(3);

  private static final Set<StormFault> ENDS_CONNECTIONS =
      EnumSet.of(
          KILL_WORKER,
          KILL_SUPERVISOR,
          REPLACE_SUPERVISOR, // of a TLS gateway: that one is ended and started again
          CUT,
          CUT_REQUEST,
          CUT_ANSWER,
          LOSE); // its connections are reset when the network is back

  private static final Set<StormFault> TAKES_TIME =
      EnumSet.of(
          STOP_WORKER, SLOW_WORKER, STOP_SUPERVISOR, DELAY, THROTTLE, HOLD, LOSE, CUT_REQUEST);

  private final int weight;

  StormFault(int weight) {
    this.weight = weight;
  }

  static Map<StormFault, Integer> weights() {
    var all = new EnumMap<StormFault, Integer>(StormFault.class);
    for (StormFault each : values()) {
      all.put(each, each.weight);
    }
    return all;
  }

  /**
   * Which of them can be behind an error that no caller has asked for; none for what never may be.
   */
  static Set<StormFault> behind(TaskException error) {
    return switch (error) {
      case WorkerDiedException _ -> ENDS_CONNECTIONS;
      case CallTimeoutException _ -> TAKES_TIME;
      case QueueTimeoutException _, ConnectException _ ->
          EnumSet.complementOf(EnumSet.of(MOVE_CLOCK));
      case CheckoutClosedException _ -> EnumSet.of(END_CLIENT);
      case CallCancelledException _,
          CallFailedException _,
          CallSkippedException _,
          PoisonedCallException _,
          ProtocolException _,
          QueueFullException _,
          SetupFailedException _ ->
          EnumSet.noneOf(StormFault.class);
    };
  }
}
