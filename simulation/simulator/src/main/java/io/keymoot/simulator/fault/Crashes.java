package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/**
 * A device crashes and starts again with nothing but its key, so it is a new member. (One that
 * knows again who was put out is {@link OldStates}, one that goes on with the state it had {@link
 * Pauses}.)
 */
final class Crashes implements Fault {
  @Override
  public String name() {
    return "crash";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(
        60_000,
        () -> {
          for (Node node : trouble.some(2)) {
            trouble.world().injected(name());
            node.crash();
            trouble.afterwards(
                trouble.spread(200, 60_000), () -> trouble.people().comesAgain(node));
          }
        });
  }
}
