package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** Answers who asks for a key with one it made up, and so would read. */
final class GiveFalseKeys implements Trick {
  @Override
  public String name() {
    return "give-false-keys";
  }

  @Override
  public boolean overhear(Liar liar, Node from, Bytes message) {
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof Need need
        && LeafKey.decode(need.leafKey()) instanceof Decoded.Ok<LeafKey>(LeafKey leaf)) {
      lie(liar, from, need, leaf);
      return true;
    }
    return false;
  }

  private static void lie(Liar liar, Node asker, Need need, LeafKey leaf) {
    MemberId to = need.signed().header().author();
    Hash32 name = SideCodec.nameOf(need);
    SealContext context =
        new SealContext(liar.world.group(), liar.id(), to, MessageType.GIVE, name);
    try (SecretWriter writer = new SecretWriter()) {
      writer.u8(need.epochs().size());
      for (FactId epoch : need.epochs()) {
        EpochSecret made = EpochSecret.fresh(liar.node.entropy()).at(liar.random.nextInt(3));
        liar.knows(epoch, made);
        writer.hash(epoch.hash()).u32(made.revision()).secret(made);
      }
      Bytes sealed = writer.sealTo(leaf, context, liar.node.entropy());
      List<FactId> heads = List.of(new FactId(liar.world.group().hash()));
      liar.tell(asker, SideCodec.give(liar.writer(), heads, to, name, Optional.empty(), sealed));
    }
  }
}
