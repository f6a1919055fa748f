/** Messages, codec, limits and hand-shake of the wire. */
package dev.remuda.protocol;
