/** A private supervisor and a client in one object: the front door. */
package dev.remuda;
