package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** Answers who asks for keys, of epochs and of slots, with some it made up, and so would read. */
final class GiveFalseKeys implements Trick {
  private static final int OF_AN_EPOCH = 1;
  private static final int OF_A_RESEAL = 2;

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
        // A first revision proves itself, so nobody can lie about it; of later ones the newest is
        // what the others hold.
        int newest = liar.state().revision(epoch);
        int revision = liar.oneIn(4) ? 1 + liar.random.nextInt(3) : Math.max(1, newest);
        EpochSecret made = EpochSecret.fresh(liar.node.entropy()).at(revision);
        liar.knows(epoch, made);
        writer.hash(epoch.hash()).u32(made.revision()).secret(made);
      }
      writer.u8(need.slots().size());
      for (SlotSet set : need.slots()) {
        lieOfSlots(liar, to, set, writer);
      }
      Bytes sealed = writer.sealTo(leaf, context, liar.node.entropy());
      List<FactId> heads = List.of(new FactId(liar.world.group().hash()));
      liar.tell(asker, SideCodec.give(liar.writer(), heads, to, name, Optional.empty(), sealed));
    }
  }

  /** Of one slot a time: what is made of each false key, the judges must try for ever. */
  private static void lieOfSlots(Liar liar, MemberId to, SlotSet set, SecretWriter writer) {
    boolean isReseal =
        liar.ledger().get(set.made()) instanceof Known made && made.fact() instanceof Reseal;
    int one = Integer.lowestOneBit(set.positions());
    writer
        .hash(set.made().hash())
        .u8(isReseal ? OF_A_RESEAL : OF_AN_EPOCH)
        .u32(Integer.toUnsignedLong(one));
    if (one != 0) {
      ResealKey made = ResealKey.fresh(liar.node.entropy());
      liar.knows(to, Integer.numberOfTrailingZeros(one), set.made(), made);
      writer.secret(made);
    }
  }
}
