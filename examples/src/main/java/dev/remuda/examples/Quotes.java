package dev.remuda.examples;

/** What carriers want for a parcel. */
public interface Quotes {
  /** The price in cents. */
  long quote(String carrier, int grams);
}
