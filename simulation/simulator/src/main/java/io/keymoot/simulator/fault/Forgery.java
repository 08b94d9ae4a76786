package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** Somebody on the wire, with a key of its own, speaks in the name of members. */
final class Forgery implements Fault {
  @Override
  public String name() {
    return "forgery";
  }

  @Override
  public String source() {
    return "every kind of message, re-signed by another; property P7";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(6_000, () -> forge(trouble));
  }

  private void forge(Trouble trouble) {
    List<Node> members = trouble.world().honest();
    if (members.size() < 2) {
      return;
    }
    trouble.world().injected(name());
    Node victim = members.get(trouble.random().nextInt(members.size()));
    Node mouth = members.get(trouble.random().nextInt(members.size()));
    SigningKey key = trouble.world().newKey();
    MemberId id = victim.member();
    FactWriter writer = new FactWriter(key, trouble.world().group(), id);
    List<FactId> heads = victim.known().heads().subList(0, 1);
    switch (trouble.random().nextInt(3)) {
      case 0 -> {
        Hash32 hash = Hash32.sha256(key.spki().toArray());
        say(trouble, mouth, FactCodec.encode(writer.write(heads, new Here(hash, hash))));
      }
      case 1 -> {
        Optional<Stay> stay = victim.known().newestStay(id);
        if (stay.isPresent()) {
          say(trouble, mouth, EvidenceCodec.encode(writer.leave(heads, stay.get().id())));
        }
      }
      default ->
          say(
              trouble,
              mouth,
              EvidenceCodec.encode(
                  writer.approve(
                      heads, Approval.Action.EXPEL, mouth.device().hash(), Hash32.ZERO)));
    }
  }

  private static void say(Trouble trouble, Node mouth, Bytes message) {
    trouble.world().inject(mouth, Optional.empty(), message);
  }
}
