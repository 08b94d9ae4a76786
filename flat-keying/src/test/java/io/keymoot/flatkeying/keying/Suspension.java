package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Two watchers suspend somebody who is not silent at all; so few members all watch each other. */
final class Suspension {
  private Suspension() {}

  /**
   * @param credentials of the two: a word comes with the credential it rests on, and a fact of
   *     one's own must not have to wait
   */
  static void of(
      MemberId who,
      Group.Node by,
      Group.Node second,
      List<Bytes> credentials,
      Adversary adversary) {
    GroupState state = by.core.core.signingState();
    Stay stay = state.newestStay(who).orElseThrow();
    Approval word =
        new FactWriter(second.key, adversary.group, second.id())
            .approve(state.heads(), Approval.Action.SUSPEND, who.hash(), stay.id().hash());
    Target.Absent target = new Target.Absent(who, stay.id(), word);
    EpochSecret secret = EpochSecret.fresh(by.draws);
    Rekey draft =
        new Rekey(Optional.empty(), List.of(target), secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    GroupState after = adversary.ledger.draft(state, by.id(), draft);
    Bytes cover = Cover.of(Optional.empty(), List.of()).encode();
    Rekey rekey =
        new Rekey(
            Optional.empty(),
            List.of(target),
            secret.commitment(),
            after.membersDigest(),
            cover.sha256());
    Envelope fact =
        new FactWriter(by.key, adversary.group, by.id()).write(state.heads(), rekey, cover);
    credentials.forEach(by.core.core.blobs::put);
    adversary.heard(FactCodec.encode(fact));
    by.core.core.keys.put(fact.id(), secret, true, new ArrayList<>());
    by.step(new Input.Received(by.address, FactCodec.encode(fact)));
  }
}
