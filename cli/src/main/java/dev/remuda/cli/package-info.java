/** The remuda command. */
package dev.remuda.cli;
