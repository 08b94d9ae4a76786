package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Anything old is said again, by somebody else. */
final class Replays implements Fault {
  private static final int REMEMBERED = 4_096;

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public void plan(Trouble trouble) {
    List<Bytes> old = new ArrayList<>();
    trouble
        .world()
        .watch(
            new Watcher() {
              @Override
              public void said(Node from, Bytes message) {
                if (old.size() < REMEMBERED) {
                  old.add(message);
                } else {
                  old.set(trouble.random().nextInt(REMEMBERED), message);
                }
              }
            });
    trouble.nowAndThen(
        4_000,
        () -> {
          List<Node> up = trouble.world().up();
          if (!old.isEmpty() && !up.isEmpty()) {
            trouble.world().injected(name());
            for (int i = 0; i < 5; i++) {
              Bytes message = old.get(trouble.random().nextInt(old.size()));
              Node by = up.get(trouble.random().nextInt(up.size()));
              trouble.world().inject(by, Optional.empty(), message);
            }
          }
        });
  }
}
