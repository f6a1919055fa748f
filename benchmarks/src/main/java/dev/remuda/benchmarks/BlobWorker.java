package dev.remuda.benchmarks;

/** Runs in the workers of B7. */
public final class BlobWorker implements BlobService {
  @Override
  public String text(String text) {
    return text;
  }

  @Override
  public byte[] bytes(byte[] bytes) {
    return bytes;
  }
}
