/** Programs that the README and the docs show; the tests run them. */
package dev.remuda.examples;
