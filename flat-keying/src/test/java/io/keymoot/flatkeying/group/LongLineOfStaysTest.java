package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Who says Here again and again has a line of stays, each of which rests on the one before. What
 * somebody says whose past lacks them all is judged by all of them.
 */
class LongLineOfStaysTest {
  private static final int STAYS = 6_000;

  private final Crowd crowd = new Crowd();

  private Envelope saidBefore(Hash32 what, GroupState then, MemberId member, boolean isRekey) {
    Fact content;
    if (isRekey) {
      Optional<FactId> prev = then.usable().stream().map(Known::id).findFirst();
      Rekey draft = new Rekey(prev, List.of(), what, Hash32.ZERO, what);
      Hash32 members = crowd.ledger.draft(then, member, draft).membersDigest();
      content = new Rekey(prev, List.of(), what, members, what);
    } else {
      int symbol = member.hash().symbol(0, Profile.CONFERENCE.symbolBits());
      content = new Reseal(List.of(new Reseal.SlotKey(new Slot(0, symbol), what)));
    }
    return crowd.scribe.fact(
        crowd.scribe.device("member 0"), crowd.group, member, then.heads(), content);
  }

  @Test
  void itIsWalkedWithoutAStackThatGrowsWithIt() throws Exception {
    crowd.growTo(4, 3);
    GroupState then = crowd.state;
    MemberId other = crowd.rows.getFirst().member();
    for (int i = 0; i < STAYS; i++) {
      crowd.here();
    }
    Hash32 what = Hash32.sha256(new byte[] {7});
    Envelope rekey = saidBefore(what, then, other, true);
    Envelope reseal = saidBefore(what, then, other, false);
    AtomicReference<@Nullable Throwable> fell = new AtomicReference<>();
    Thread small =
        new Thread(
            null,
            () -> {
              crowd.learn(rekey);
              crowd.learn(reseal);
            },
            "with a small stack",
            256 * 1024);
    small.setUncaughtExceptionHandler((thread, thrown) -> fell.set(thrown));
    small.start();
    small.join();
    assertThat(fell.get()).isNull();
    assertThat(crowd.state.contains(known(rekey))).isTrue();
    assertThat(crowd.state.contains(known(reseal))).isTrue();
  }

  private Known known(Envelope fact) {
    return Optional.ofNullable(crowd.ledger.get(fact.id())).orElseThrow();
  }
}
