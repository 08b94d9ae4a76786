package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whoever lets somebody in or puts somebody out crashes between two of its messages: right after
 * its Admit, its Grant, its Rekey, or before it has left. What somebody else says again in its
 * place is no act of its own.
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

  /** Who said its last, and goes before it can say more. */
  private @Nullable Node doomed;

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
              public void meant(Node from, Bytes message) {
                if (from == doomed) {
                  crash(trouble, from);
                } else if (isTheMoment(trouble, message)) {
                  last = trouble.world().now();
                  trouble.world().injected(name());
                  if (trouble.random().nextBoolean()) {
                    crash(trouble, from); // this is not said any more
                  } else {
                    doomed = from;
                    trouble.at(trouble.world().now(), () -> crash(trouble, from));
                  }
                }
              }
            });
  }

  private boolean isTheMoment(Trouble trouble, Bytes message) {
    MessageType type = SideCodec.typeOf(message).orElse(null);
    return type != null
        && ACTS.contains(type)
        && doomed == null
        && trouble.world().now() < trouble.until()
        && trouble.world().now() - last >= APART_MILLIS
        && trouble.random().nextInt(40) == 0
        && trouble.world().members().size() > 3;
  }

  private void crash(Trouble trouble, Node node) {
    doomed = null;
    if (node.isUp()) {
      node.crash();
      trouble.afterwards(trouble.spread(500, 30_000), () -> trouble.people().comesAgain(node));
    }
  }
}
