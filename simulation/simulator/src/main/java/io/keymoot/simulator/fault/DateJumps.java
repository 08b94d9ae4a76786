package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The date of some devices is wrong for a while, from an hour back to 90 days ahead, in a group
 * whose certificates have dates: they let nobody in by it, or whom nobody else would, and do not
 * believe who lets them in.
 */
final class DateJumps implements Fault {
  private static final long HOUR = 3_600_000L;
  private static final long NINETY_DAYS = 90 * 24 * HOUR;

  @Override
  public String name() {
    return "date-jump";
  }

  @Override
  public boolean needsCertificates() {
    return true;
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(10_000, () -> jump(trouble));
  }

  /** Newcomers, too. */
  private void jump(Trouble trouble) {
    List<Node> up = new ArrayList<>(trouble.world().up());
    Collections.shuffle(up, trouble.random());
    for (Node node : up.subList(0, Math.min(2, up.size()))) {
      trouble.world().injected(name());
      long off =
          trouble.random().nextBoolean()
              ? -trouble.between(0, HOUR)
              : trouble.spread(HOUR, NINETY_DAYS);
      trouble.world().setDate(node, off);
      trouble.afterwards(trouble.spread(1_000, 60_000), () -> trouble.world().setDate(node, 0));
    }
  }

  @Override
  public void end(Trouble trouble) {
    trouble.othersStartAgain();
  }
}
