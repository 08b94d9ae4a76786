package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import java.util.List;

/**
 * Whoever lets somebody in or puts somebody out crashes between two of its messages: right after
 * its Admit, its Grant, its Rekey, or before any of it has left.
 */
final class CrashMidAct implements Fault {
  private static final List<MessageType> ACTS =
      List.of(
          MessageType.ADMIT,
          MessageType.GRANT,
          MessageType.REKEY,
          MessageType.APPROVE,
          MessageType.GIVE);

  /** Whoever crashed must come back and act before the next does. */
  private static final long APART_MILLIS = 15_000;

  private long last = -APART_MILLIS;

  @Override
  public String name() {
    return "crash-mid-act";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble
        .world()
        .watch(
            new Watcher() {
              @Override
              public void said(Node from, Bytes message) {
                MessageType type = SideCodec.typeOf(message).orElse(null);
                boolean now =
                    type != null
                        && ACTS.contains(type)
                        && trouble.world().now() < trouble.until()
                        && trouble.world().now() - last >= APART_MILLIS
                        && trouble.random().nextInt(40) == 0
                        && trouble.world().members().size() > 3;
                if (now) {
                  crash(trouble, from);
                }
              }
            });
  }

  private void crash(Trouble trouble, Node node) {
    last = trouble.world().now();
    trouble.world().injected(name());
    // What the step still wanted to say is not said.
    node.crash();
    trouble.afterwards(trouble.spread(500, 30_000), () -> trouble.people().comesAgain(node));
  }
}
