package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.heartbeat.Beat;
import io.keymoot.heartbeat.EpochHeld;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatContent;
import java.util.List;
import java.util.Optional;

/** Says that it holds what it does not, and counts whom it likes. */
final class LieInHeartbeats implements Trick {
  @Override
  public String name() {
    return "lie-in-heartbeats";
  }

  @Override
  public boolean act(Liar liar) {
    List<FactId> usable = liar.usable();
    Optional<EpochHeld> held =
        usable.isEmpty()
            ? Optional.of(new EpochHeld(liar.randomId(), 0))
            : Optional.of(new EpochHeld(liar.oneOf(usable), liar.random.nextInt(5)));
    HeartbeatContent content =
        new HeartbeatContent(
            1_000_000 + liar.random.nextInt(1_000_000),
            held,
            liar.random.nextInt(),
            Hash32.sha256(liar.randomBytes(4)),
            liar.oneOf(liar.world.nodes()).address().value());
    List<FactId> heads = liar.state().heads();
    Beat beat =
        new Beat(
            liar.world.group(),
            liar.id(),
            heads.subList(0, Math.min(heads.size(), 32)),
            content,
            true);
    liar.multicast(
        HeartbeatCodec.encode(
            beat,
            (ids, bytes) -> liar.writer().sign(MessageType.HEARTBEAT, ids, bytes),
            bytes -> Bytes.owning(liar.randomBytes(HeartbeatCodec.MAC_BYTES))));
    return true;
  }
}
