package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Seeded randomness that remembers all it gave: who has it has every key made with it. Where {@link
 * Remembered} notes what was made of which, nobody need find that out by making it again.
 */
public final class Draws implements Entropy {
  private final Random random;
  private final List<byte[]> given;
  private final boolean isNoted;

  /** By the very arrays that were given. */
  private final Map<byte[], LeafKey> keys;

  private final Map<byte[], Bytes> encapsulations;

  public Draws(long seed) {
    random = new Random(seed);
    given = new ArrayList<>();
    isNoted = Remembered.isOn();
    keys = new IdentityHashMap<>();
    encapsulations = new IdentityHashMap<>();
  }

  private Draws(Draws of) {
    random = new Random(0);
    given = new ArrayList<>(of.given);
    isNoted = of.isNoted;
    keys = new IdentityHashMap<>(of.keys);
    encapsulations = new IdentityHashMap<>(of.encapsulations);
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
    return new Draws(this);
  }

  // ---- what was made of it

  /** The leaf key was grown from what was given last. */
  public void noteKey(LeafKey key) {
    if (isNoted) {
      keys.put(given.get(given.size() - 1), key);
    }
  }

  /** The encapsulation was made with what was given last. */
  public void noteEncapsulation(Bytes encapsulation) {
    if (isNoted) {
      encapsulations.put(given.get(given.size() - 1), encapsulation);
    }
  }

  /** Whether all keys and encapsulations that were made of it were noted. */
  boolean isNoted() {
    return isNoted;
  }

  Optional<LeafKey> keyFrom(byte[] draw) {
    return Optional.ofNullable(keys.get(draw));
  }

  Optional<Bytes> encapsulationFrom(byte[] draw) {
    return Optional.ofNullable(encapsulations.get(draw));
  }
}
