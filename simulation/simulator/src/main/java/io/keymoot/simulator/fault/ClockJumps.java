package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/**
 * The date is wrong, from an hour back to 90 days ahead; every second time the monotonic clock
 * leaps ahead, too, up to half an hour.
 */
final class ClockJumps implements Fault {
  private static final long HOUR = 3_600_000L;
  private static final long NINETY_DAYS = 90 * 24 * HOUR;

  @Override
  public String name() {
    return "clock-jump";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(20_000, () -> trouble.some(2).forEach(node -> jump(trouble, node)));
  }

  private void jump(Trouble trouble, Node node) {
    trouble.world().injected(name());
    trouble
        .world()
        .setDate(
            node,
            trouble.random().nextBoolean()
                ? -trouble.between(0, HOUR)
                : trouble.spread(1, NINETY_DAYS));
    if (trouble.random().nextBoolean()) {
      node.leap(trouble.spread(100, HOUR / 2));
    }
  }
}
