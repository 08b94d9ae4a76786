package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Beat;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatContent;
import java.util.List;
import java.util.Optional;

/** Signs heartbeats that know less than it said before. */
final class ForgetInHeartbeats implements Trick {
  @Override
  public String name() {
    return "forget-in-heartbeats";
  }

  @Override
  public boolean act(Liar liar) {
    Known old = liar.someFact().orElse(null);
    if (old == null) {
      return false;
    }
    HeartbeatContent content =
        new HeartbeatContent(
            2_000_000 + liar.random.nextInt(1_000_000),
            Optional.empty(),
            0,
            liar.state().membersDigest(),
            liar.node.address().value());
    Beat beat = new Beat(liar.world.group(), liar.id(), List.of(old.id()), content, true);
    liar.multicast(
        HeartbeatCodec.encode(
            beat,
            (ids, bytes) -> liar.writer().sign(MessageType.HEARTBEAT, ids, bytes),
            bytes -> Bytes.EMPTY));
    return true;
  }
}
