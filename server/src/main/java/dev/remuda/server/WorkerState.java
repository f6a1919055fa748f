package dev.remuda.server;

/** Where a worker process is in its life; {@link WorkerProcess#transition} is the one way on. */
enum WorkerState {
  /** Spawned, not ready yet. */
  STARTING,
  /** Booted, set up and warm, waiting in accept. */
  STANDBY,
  /** In accept, but its setup failed: each call tries it again. */
  SETUP_FAILED,
  /** It has a connection. */
  BUSY,
  /** Told to leave: at once if it is idle, else when its client lets it go. */
  RETIRING,
  /** Killed; its end is awaited. */
  ENDING,
  /** Reaped. */
  DEAD;

  boolean mayBecome(WorkerState next) {
    return switch (this) {
      case STARTING -> next != BUSY && next != STARTING;
      case STANDBY, SETUP_FAILED -> next == BUSY || !next.stays();
      case BUSY -> next != STARTING && next != BUSY;
      case RETIRING -> next == ENDING || next == DEAD;
      case ENDING -> next == DEAD;
      case DEAD -> false;
    };
  }

  /** False for one that has been told to leave, is killed, or dead. */
  boolean stays() {
    return this != RETIRING && this != ENDING && this != DEAD;
  }
}
