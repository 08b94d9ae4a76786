package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.simulator.world.Node;
import java.util.List;

/** Answers who fetches facts with rubbish. */
final class AnswerRubbish implements Trick {
  @Override
  public String name() {
    return "answer-rubbish";
  }

  @Override
  public boolean overhear(Liar liar, Node from, Bytes message) {
    boolean isAsked =
        SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
            && ok.value() instanceof SyncAsk;
    if (isAsked) {
      Bytes rubbish = Bytes.owning(liar.randomBytes(300));
      liar.tell(
          from,
          SideCodec.encode(new SyncReply(liar.world.group(), List.of(rubbish), List.of(rubbish))));
    }
    return isAsked;
  }
}
