package dev.remuda.benchmarks;

/** What the workers of B7 serve. */
public interface BlobService {
  /** Gives back the text. */
  String text(String text);

  /** Gives back the bytes. */
  byte[] bytes(byte[] bytes);
}
