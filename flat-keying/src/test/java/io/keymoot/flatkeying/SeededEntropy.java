package io.keymoot.flatkeying;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.ByteBuffer;

/** Entropy for tests: given bytes first, then a stream that follows from a seed. */
public final class SeededEntropy implements Entropy {
  private final long seed;
  private final ByteBuffer given;
  private long blocks;

  public SeededEntropy(long seed, Bytes... given) {
    this.seed = seed;
    int length = 0;
    for (Bytes each : given) {
      length += each.length();
    }
    this.given = ByteBuffer.allocate(length);
    for (Bytes each : given) {
      this.given.put(each.toArray());
    }
    this.given.flip();
  }

  @Override
  public void fill(byte[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = next();
    }
  }

  private ByteBuffer block = ByteBuffer.allocate(0);

  private byte next() {
    if (given.hasRemaining()) {
      return given.get();
    }
    if (!block.hasRemaining()) {
      byte[] counter = ByteBuffer.allocate(16).putLong(seed).putLong(blocks++).array();
      block = ByteBuffer.wrap(Hash32.sha256(counter).toArray());
    }
    return block.get();
  }
}
