/** The supervisor: spawns, keeps standbys, retires and reaps workers. */
package dev.remuda.server;
