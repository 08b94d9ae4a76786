package io.keymoot.simulator.invariant;

import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.List;

/** All of them. */
public final class Invariants {
  /** Up to here the letter of section 5 and every recorded byte are gone through, too. */
  public static final int SMALL = 64;

  private Invariants() {}

  /** The invariants that need no more than to look on. */
  public static List<Watcher> all(World world) {
    List<Watcher> all = new ArrayList<>();
    all.add(new Agreement(world));
    all.add(new Monotony(world));
    HeldKeys keys = new HeldKeys(world);
    all.add(keys);
    all.add(new Sealed(world, keys));
    all.add(new Nonces(world));
    all.add(new Authority(world));
    all.add(new AtTheDoor(world));
    all.add(new StaysOut(world));
    all.add(new Remembers(world));
    all.add(new Honour(world));
    all.add(new Frames(world));
    all.add(new Bounds(world));
    all.add(new Restraint(world));
    all.add(new Erasure(world));
    return all;
  }
}
