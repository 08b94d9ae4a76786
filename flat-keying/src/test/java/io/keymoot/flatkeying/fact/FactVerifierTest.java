package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FactVerifierTest {
  private static final Bytes SMALL_ORDER_KEY =
      Bytes.fromHex(
          "302a300506032b6570032100"
              + "0100000000000000000000000000000000000000000000000000000000000000");

  private final RandomFacts facts = new RandomFacts(1);
  private final Bytes spki = facts.key.spki();
  private final FactVerifier verifier = new FactVerifier(VerifyMemory.NONE);

  @Test
  void aFactOfSomebodyElseIsRejected() {
    Bytes other = new RandomFacts(2).key.spki();
    for (Envelope made : facts.envelopes()) {
      Rejection reason =
          made.fact() instanceof Found ? Rejection.FOUNDER_KEY : Rejection.AUTHOR_SIGNATURE;
      assertThat(verifier.verify(made, other)).isEqualTo(new Verification.Rejected(reason));
    }
  }

  @Test
  void aKeyThatMayNotSignSignsNothing() {
    Envelope made = facts.envelope(MessageType.HERE);
    for (Bytes key : List.of(Bytes.EMPTY, SMALL_ORDER_KEY, Raw.longer(spki))) {
      assertRejected(verifier.verify(made, key), Rejection.AUTHOR_KEY);
    }
  }

  /** Under such a key R = the neutral point and s = 0 hold for every message, if it is let in. */
  @Test
  void aKeyOfSmallOrderVouchesForNothing() {
    byte[] neutral = new byte[64];
    neutral[0] = 1;
    Bytes signature = Bytes.of(neutral);
    JoinRequest old = facts.row().request();
    JoinRequest weak =
        new JoinRequest(
            old.group(), SMALL_ORDER_KEY, old.credential(), old.leafKey(), old.nonce(), old.saw());
    SignedJoinRequest row = new SignedJoinRequest(weak, weak.member(), signature);

    assertThat(verifier.holds(row)).isFalse();
    assertThat(verifier.holds(facts.leave(), SMALL_ORDER_KEY)).isFalse();
    assertRejected(admitting(row), Rejection.ROW_KEY);
  }

  @Test
  void aFoundIsCheckedWithTheKeyItBrings() {
    Envelope found = facts.envelope(MessageType.FOUND);
    assertThat(verifier.verifyFound(found).orThrow().signer()).isEqualTo(spki);
    Envelope here = facts.envelope(MessageType.HERE);
    assertThatThrownBy(() -> verifier.verifyFound(here)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anInviteKeyMustBeAKey() {
    Found any = facts.found();
    Trust trust = new Trust(List.of(), List.of(), Optional.of(SMALL_ORDER_KEY));
    Found found =
        new Found(any.name(), any.profile(), any.suite(), any.rights(), trust, any.founder());
    assertRejected(verifier.verifyFound(FactWriter.found(facts.key, found)), Rejection.INVITE_KEY);
  }

  @Test
  void aDraftVerifiesUnderNoKey() {
    Envelope made = facts.envelope(MessageType.HERE);
    Envelope draft = Envelope.draft(made.header(), made.fact());
    assertRejected(verifier.verify(draft, spki), Rejection.AUTHOR_SIGNATURE);
  }

  // ---- rows

  @Test
  void aPhantomThatDidNotSignIsNotLetIn() {
    SignedJoinRequest real = facts.row();
    Bytes body = JoinRequestCodec.encodeBody(real.request());
    Bytes introducers =
        facts.key.sign(HeaderCodec.signed(MessageType.JOIN_REQUEST, real.request().group(), body));
    for (Bytes signature : List.of(Raw.NO_SIGNATURE, introducers, facts.row().signature())) {
      SignedJoinRequest phantom = new SignedJoinRequest(real.request(), real.member(), signature);
      assertRejected(admitting(phantom), Rejection.ROW_SIGNATURE);
      assertRejected(admitting(facts.row(), facts.row(), phantom), Rejection.ROW_SIGNATURE);
    }
    assertThat(admitting(real)).isInstanceOf(Verification.Accepted.class);
  }

  @Test
  void aRowIsNamedByItsHash() {
    SignedJoinRequest real = facts.row();
    SignedJoinRequest renamed = new SignedJoinRequest(real.request(), Raw.AUTHOR, real.signature());
    assertThat(verifier.holds(real)).isTrue();
    assertThat(verifier.holds(renamed)).isFalse();
  }

  @Test
  void rowsOfBothKindsOfKeyAreLetIn() {
    assertThat(admitting(facts.row(SignatureKind.ED25519), facts.row(SignatureKind.ECDSA_P256)))
        .isInstanceOf(Verification.Accepted.class);
  }

  private Verification admitting(SignedJoinRequest... rows) {
    Envelope made = facts.writer.write(facts.heads(), new Admit(List.of(rows), List.of()));
    return verifier.verify(made, spki);
  }

  private static void assertRejected(Verification answer, Rejection reason) {
    assertThat(answer).isEqualTo(new Verification.Rejected(reason));
  }

  // ---- memory

  @Test
  void aFactIsCheckedOnceHoweverManyPeersReceiveIt() {
    VerifiedOnce memory = new VerifiedOnce();
    List<Envelope> made = facts.envelopes();
    for (int peer = 0; peer < 5; peer++) {
      FactVerifier each = new FactVerifier(memory);
      for (Envelope envelope : made) {
        // Every peer decodes for itself.
        Envelope own = FactCodec.decode(FactCodec.encode(envelope)).orThrow();
        assertThat(each.verify(own, spki)).isInstanceOf(Verification.Accepted.class);
      }
    }
    int rows =
        made.stream()
            .mapToInt(e -> e.fact() instanceof Admit admit ? admit.rows().size() : 0)
            .sum();
    // An Admit's own signature, its rows together, and each of them.
    long admits = made.stream().filter(each -> each.fact() instanceof Admit).count();
    assertThat(memory.checksMade()).isEqualTo(made.size() + admits + rows);
  }

  @Test
  void withoutMemoryEveryPeerChecksForItself() {
    List<Object> checks = new ArrayList<>();
    VerifyMemory none =
        (question, check) -> {
          checks.add(check);
          return VerifyMemory.NONE.answer(question, check);
        };
    Leave leave = facts.leave();
    for (int peer = 0; peer < 5; peer++) {
      assertThat(new FactVerifier(none).holds(leave, spki)).isTrue();
    }
    assertThat(checks).hasSize(5);
  }

  @Test
  void memoryChangesNoAnswer() {
    FactVerifier remembering = new FactVerifier(new VerifiedOnce());
    Bytes otherKey = new RandomFacts(2).key.spki();
    for (Envelope made : facts.envelopes()) {
      Envelope unsigned =
          new Envelope(
              made.id(),
              made.header(),
              made.fact(),
              Raw.NO_SIGNATURE,
              made.head(),
              made.body(),
              made.cover());
      for (int round = 0; round < 2; round++) {
        for (Envelope envelope : List.of(made, unsigned)) {
          for (Bytes key : List.of(spki, otherKey, SMALL_ORDER_KEY)) {
            assertThat(remembering.verify(envelope, key)).isEqualTo(verifier.verify(envelope, key));
          }
        }
      }
    }
  }

  @Test
  void whatHeldForOneKeySignatureOrHeaderIsAskedAnewForAnother() {
    FactVerifier remembering = new FactVerifier(new VerifiedOnce());
    Leave leave = facts.leave();
    Leave unsigned = new Leave(leave.header(), leave.stay(), Raw.NO_SIGNATURE);
    Leave other = new Leave(facts.leave().header(), leave.stay(), leave.signature());
    assertThat(remembering.holds(leave, spki)).isTrue();
    assertThat(remembering.holds(unsigned, spki)).isFalse();
    assertThat(remembering.holds(other, spki)).isFalse();
    assertThat(remembering.holds(leave, new RandomFacts(2).key.spki())).isFalse();
    assertThat(remembering.holds(leave, spki)).isTrue();
  }

  @Test
  void memoryIsBoundedAndForgetsWhatWasAskedLongestAgo() {
    VerifiedOnce memory = new VerifiedOnce(3);
    FactVerifier remembering = new FactVerifier(memory);
    List<Leave> leaves = List.of(facts.leave(), facts.leave(), facts.leave(), facts.leave());
    for (Leave leave : leaves.subList(0, 3)) {
      remembering.holds(leave, spki);
    }
    remembering.holds(leaves.get(0), spki);
    remembering.holds(leaves.get(3), spki);
    assertThat(memory.size()).isEqualTo(3);
    assertThat(memory.checksMade()).isEqualTo(4);

    remembering.holds(leaves.get(0), spki);
    assertThat(memory.checksMade()).isEqualTo(4);
    remembering.holds(leaves.get(1), spki);
    assertThat(memory.checksMade()).isEqualTo(5);
  }

  /** Anybody can make any number of those: they would take the place of what is asked again. */
  @Test
  void whatDidNotHoldIsNotRemembered() {
    VerifiedOnce memory = new VerifiedOnce(3);
    FactVerifier remembering = new FactVerifier(memory);
    Leave right = facts.leave();
    assertThat(remembering.holds(right, spki)).isTrue();
    for (int i = 0; i < 10; i++) {
      Leave made = facts.leave();
      Leave forged = new Leave(made.header(), made.stay(), Raw.NO_SIGNATURE);
      assertThat(remembering.holds(forged, spki)).isFalse();
      assertThat(remembering.holds(forged, spki)).isFalse();
    }
    assertThat(memory.size()).isEqualTo(1);
    long before = memory.checksMade();
    assertThat(remembering.holds(right, spki)).isTrue();
    assertThat(memory.checksMade()).isEqualTo(before);
  }
}
