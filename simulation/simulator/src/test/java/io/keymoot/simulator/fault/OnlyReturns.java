package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Memory;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.List;

/** People who do nothing of themselves: who is started again by a fault comes back. */
final class OnlyReturns implements Trouble.People {
  private final World world;

  /** Those that were started again. */
  final List<Node> again = new ArrayList<>();

  OnlyReturns(World world) {
    this.world = world;
  }

  @Override
  public void comes() {}

  @Override
  public void comes(int side) {}

  @Override
  public void expels(int side, boolean isAcross) {}

  @Override
  public void expels(Node node) {}

  @Override
  public void leaves(Node node) {}

  @Override
  public void comesAgain(Node node, Memory memory) {
    again.add(world.restart(node, memory));
  }
}
