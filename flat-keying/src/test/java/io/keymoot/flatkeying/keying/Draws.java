package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Entropy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Seeded randomness that remembers all it gave: who has it has every key made with it. */
public final class Draws implements Entropy {
  private final Random random;
  private final List<byte[]> given;

  public Draws(long seed) {
    this(new Random(seed), List.of());
  }

  private Draws(Random random, List<byte[]> given) {
    this.random = random;
    this.given = new ArrayList<>(given);
  }

  @Override
  public void fill(byte[] target) {
    random.nextBytes(target);
    given.add(target.clone());
  }

  public List<byte[]> given() {
    return given;
  }

  /** What was given so far, for a thief who comes once. */
  Draws copied() {
    return new Draws(new Random(0), given);
  }
}
