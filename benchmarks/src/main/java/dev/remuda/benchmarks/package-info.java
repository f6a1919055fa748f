/** JMH benchmarks and whole-process comparisons. */
package dev.remuda.benchmarks;
