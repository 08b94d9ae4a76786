package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What somebody said is heard again, soon or long after, by whoever runs then. */
final class FrameReplays implements Fault {
  private static final int REMEMBERED = 512;
  private static final int AT_ONCE = 5;

  @Override
  public String name() {
    return "frame-replay";
  }

  @Override
  public void plan(Trouble trouble) {
    List<Frame> old = new ArrayList<>();
    Random random = new Random(trouble.world().setup().seed());
    trouble
        .world()
        .watch(
            new Watcher() {
              @Override
              public void sealed(Node from, Frame frame) {
                if (old.size() < REMEMBERED) {
                  old.add(frame);
                } else {
                  old.set(random.nextInt(REMEMBERED), frame);
                }
              }
            });
    trouble.with(random).nowAndThen(2_000, () -> replay(trouble, random, old));
  }

  private void replay(Trouble trouble, Random random, List<Frame> old) {
    List<Node> up = trouble.world().up();
    if (old.isEmpty() || up.isEmpty()) {
      return;
    }
    trouble.world().counted(name());
    for (int i = 0; i < AT_ONCE; i++) {
      Frame frame =
          old.get(
              random.nextBoolean()
                  ? random.nextInt(old.size())
                  : old.size() - 1 - random.nextInt(Math.min(AT_ONCE, old.size())));
      trouble.world().hears(up.get(random.nextInt(up.size())), frame);
    }
  }
}
