package dev.remuda.daemon;

import dev.remuda.queue.QueueSnapshot;
import java.util.Optional;

/**
 * A queue of a daemon at one moment.
 *
 * @param name as it was added
 * @param snapshot what it holds, if its database answers
 * @param trouble why its database does not
 */
public record QueueStats(String name, Optional<QueueSnapshot> snapshot, Optional<String> trouble) {}
