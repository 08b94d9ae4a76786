package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A newcomer believes no single member for long (section 8). */
class VouchingTest {
  private final Group group = new Group(41);

  private void three() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    group.join("cora", "");
    group.run(20_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private boolean isBetween(Group.Node from, Group.Node to, Group.Node one, Group.Node other) {
    return (from == one && to == other) || (from == other && to == one);
  }

  @Test
  void aSecondMemberVouchesSoonAfterTheIntroducer() {
    three();
    Group.Node finn = group.join("finn", "");
    group.run(20_000);
    Effect.VouchedBy last = lastVoucher(finn);
    assertThat(last.second()).isPresent();
    assertThat(last.second().get()).isNotEqualTo(last.introducer());
    assertThat(finn.status).isEqualTo(new Effect.Status(Effect.State.SETTLED, ""));
  }

  @Test
  void whoHearsOnlyItsIntroducerSaysThatOneAloneVouches() {
    three();
    Group.Node ben = group.node("ben");
    Group.Node finn = group.join("finn", "");
    group.hears = (from, to) -> !(from == finn || to == finn) || isBetween(from, to, finn, ben);
    group.run(20_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(lastVoucher(finn).introducer()).isEqualTo(ben.id());
    assertThat(lastVoucher(finn).second()).isEmpty();
    assertThat(finn.status.state()).isEqualTo(Effect.State.SETTLED);
    assertThat(finn.status.cause()).startsWith("vouched by one");
    group.hears = (from, to) -> true;
    group.run(10_000);
    assertThat(lastVoucher(finn).second()).isPresent();
    assertThat(finn.status.cause()).isEmpty();
  }

  @Test
  void aWordThatDoesNotKnowTheAdmitOrCountsOtherMembersVouchesForNothing() {
    three();
    Group.Node ben = group.node("ben");
    Group.Node cora = group.node("cora");
    Group.Node finn = group.join("finn", "");
    group.hears = (from, to) -> !(from == finn || to == finn) || isBetween(from, to, finn, ben);
    FactId old = cora.core.state().heads().get(0);
    Bytes coras = Group.credential("cora", "");
    group.arrives = message -> !contains(message, coras);
    group.run(20_000);
    // A word from before finn came; one that says other members; one by the introducer itself.
    word(finn, cora, List.of(old), digestAt(cora, old));
    word(finn, cora, cora.core.signingHeads(), Hash32.sha256(new byte[1]));
    word(finn, ben, ben.core.signingHeads(), ben.core.state().membersDigest());
    assertThat(lastVoucher(finn).second()).isEmpty();
    // Nor does anybody vouch whose credential is not at hand.
    word(finn, cora, cora.core.signingHeads(), cora.core.state().membersDigest());
    assertThat(lastVoucher(finn).second()).isEmpty();
    finn.core.core.blobs.put(coras);
    word(finn, cora, cora.core.signingHeads(), cora.core.state().membersDigest());
    assertThat(lastVoucher(finn).second()).contains(cora.id());
  }

  private static Hash32 digestAt(Group.Node node, FactId head) {
    Known known = node.core.ledger().get(head);
    assertThat(known).isNotNull();
    return known == null ? Hash32.ZERO : node.core.ledger().after(known).membersDigest();
  }

  private static void word(Group.Node to, Group.Node by, List<FactId> heads, Hash32 digest) {
    SignedHeader word = by.core.core.self.writer().sign(MessageType.HEARTBEAT, heads, Bytes.EMPTY);
    to.step(
        new Input.Heard(
            by.id(), Optional.of(word), Optional.empty(), Input.KeyCheck.UNTESTED, digest));
  }

  private static Effect.VouchedBy lastVoucher(Group.Node node) {
    return node.log.stream()
        .filter(Effect.VouchedBy.class::isInstance)
        .map(Effect.VouchedBy.class::cast)
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  @Test
  void whoDoesNotWantToBeLetInByOneGoesInByAnother() {
    three();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    Group.Node finn = group.join("finn", "");
    finn.refusesToBeLetInBy.add(ben.id());
    finn.refusesToBeLetInBy.add(anna.id());
    group.run(20_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(lastVoucher(finn).introducer()).isEqualTo(group.node("cora").id());
  }

  @Test
  void thePolicyIsShownTheCredentialsOfFounderAndIntroducer() {
    three();
    Group.Node finn = group.join("finn", "");
    group.run(10_000);
    Effect.AskBelief judge = judgement(finn);
    assertThat(judge.found().founder().key()).isEqualTo(group.node("anna").key.spki());
    assertThat(judge.founderCredential()).isEqualTo(Group.credential("anna", "chair"));
    assertThat(judge.credential().isEmpty()).isFalse();
  }

  private static Effect.AskBelief judgement(Group.Node newcomer) {
    return newcomer.log.stream()
        .filter(Effect.AskBelief.class::isInstance)
        .map(Effect.AskBelief.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theFoundersCredentialIsKeptHoweverManyOthersCome() {
    three();
    Group.Node anna = group.node("anna");
    anna.step(new Input.Leave());
    group.run(10_000);
    anna.isDown = true;
    // They have had so many others to keep since.
    for (Group.Node node : group.members()) {
      for (int i = 0; i <= Limits.BLOBS; i++) {
        Hash32 other = node.core.core.blobs.put(Bytes.owning(group.draws().bytes(8)));
        node.core.core.blobs.verdict(other, node.key.spki());
      }
    }
    Group.Node finn = group.join("finn", "");
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(judgement(finn).founderCredential()).isEqualTo(Group.credential("anna", "chair"));
  }

  private static boolean contains(Bytes message, Bytes part) {
    return message.toHex().contains(part.toHex());
  }
}
