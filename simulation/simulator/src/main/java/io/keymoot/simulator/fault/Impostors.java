package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Somebody on the wire who is no member sends the requests of others, which are public, with a leaf
 * key of its own: what it were granted it could open.
 */
final class Impostors implements Fault {
  private static final int REMEMBERED = 256;

  @Override
  public String name() {
    return "impostor";
  }

  @Override
  public String source() {
    return "a JoinRequest with another leaf key than it names; property P6";
  }

  @Override
  public void plan(Trouble trouble) {
    List<JoinAsk> asks = new ArrayList<>();
    Bytes leafKey = LeafKeyPair.generate(trouble.world().outside()).publicKey().bytes();
    trouble
        .world()
        .watch(
            new Watcher() {
              @Override
              public void said(Node from, Bytes message) {
                if (asks.size() < REMEMBERED
                    && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                    && ok.value() instanceof JoinAsk ask
                    && !ask.leafKey().equals(leafKey)) {
                  asks.add(ask);
                }
              }
            });
    trouble.nowAndThen(4_000, () -> ask(trouble, asks, leafKey));
  }

  private void ask(Trouble trouble, List<JoinAsk> asks, Bytes leafKey) {
    List<Node> members = trouble.world().honest();
    List<Node> up = trouble.world().up();
    if (asks.isEmpty() || members.isEmpty()) {
      return;
    }
    trouble.world().injected(name());
    JoinAsk others = asks.get(trouble.random().nextInt(asks.size()));
    JoinAsk own = new JoinAsk(others.request(), others.credential(), leafKey, false);
    Node mouth = up.get(trouble.random().nextInt(up.size()));
    Node door = members.get(trouble.random().nextInt(members.size()));
    trouble.world().inject(mouth, Optional.of(door), SideCodec.encode(own));
  }
}
