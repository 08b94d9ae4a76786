package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is done for a newcomer on other threads, here on the caller's. */
final class LookAheadTest {
  private static final Hash32 SOME = Hash32.sha256(new byte[] {1});

  private final SigningKey anna = SigningKey.generate(SignatureKind.ED25519, new Draws(1));
  private final SigningKey ben = SigningKey.generate(SignatureKind.ED25519, new Draws(2));

  private final Envelope found =
      FactWriter.found(
          anna,
          new Found(
              "ward 3",
              Profile.CONFERENCE,
              Suite.XWING_AES256GCM_SHA256,
              new Rights(new Rights.AnyMember(), Optional.empty(), 2),
              Trust.OPEN,
              FactWriter.founderRow(anna, SOME, SOME, nonce())));
  private final GroupId group = new GroupId(found.id().hash());
  private final FactWriter annas = new FactWriter(anna, group, found.header().author());
  private final SignedJoinRequest request =
      FactWriter.joinRequest(ben, group, SOME, SOME, nonce(), new FactId(group.hash()));
  private final Envelope admit =
      annas.write(List.of(found.id()), new Admit(List.of(request), List.of()));
  private final Leave leave =
      new FactWriter(ben, group, request.member()).leave(List.of(admit.id()), new StayId(SOME));
  private final Envelope rekey =
      annas.write(
          List.of(admit.id()),
          new Rekey(Optional.empty(), List.of(new Target.Left(leave)), SOME, SOME, SOME));

  private final CheckedSignatures signatures = new CheckedSignatures();
  private final List<Runnable> waiting = new ArrayList<>();
  private final LookAhead ahead = new LookAhead(signatures, waiting::add, 2);

  private static Bytes nonce() {
    return Bytes.owning(new byte[JoinRequest.NONCE_BYTES]);
  }

  private Bytes question() {
    return SideCodec.syncAsk(annas, List.of(found.id()), true, List.of(admit.id()), List.of());
  }

  private Bytes answer(Envelope... facts) {
    List<Bytes> told = new ArrayList<>();
    for (Envelope fact : facts) {
      told.add(FactCodec.encode(fact));
    }
    return SideCodec.encode(new SyncReply(group, told, List.of()));
  }

  private void runAll() {
    while (!waiting.isEmpty()) {
      waiting.removeFirst().run();
    }
  }

  private long checks() {
    return signatures.stats().missCount();
  }

  @Test
  void theLoopFindsAllSignaturesOfTheAnswerLookedAt() {
    ahead.sent(question());
    ahead.came(answer(found, admit, rekey));
    runAll();
    long made = checks();
    FactVerifier loops = new FactVerifier(signatures);
    loops.verifyFound(found).orThrow();
    loops.verify(admit, anna.spki()).orThrow();
    loops.verify(rekey, anna.spki()).orThrow();
    assertThat(loops.holds(leave, ben.spki())).isTrue();
    assertThat(checks()).isEqualTo(made);
    assertThat(made).isPositive();
  }

  /** Else any stranger could have as much work done as it has bytes to send. */
  @Test
  void oneAnswerIsLookedAtForEachQuestion() {
    ahead.came(answer(found));
    assertThat(waiting).isEmpty();
    ahead.sent(question());
    ahead.came(answer(found));
    ahead.came(answer(found, admit));
    assertThat(waiting).hasSize(1);
  }

  @Test
  void afterASignatureThatDoesNotHoldTheRestIsNotLookedAt() {
    Envelope forged =
        new FactWriter(ben, group, found.header().author())
            .write(List.of(admit.id()), new Here(SOME, SOME));
    ahead.sent(question());
    ahead.came(answer(found, admit, rekey, forged));
    runAll();
    assertThat(checks()).isEqualTo(1);
  }
}
