package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Refusal;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.Session;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * P10: what a member can do with Rekeys that cannot be read or that lie. Nothing it says makes the
 * others disagree or keeps them from sending; a Rekey is no proof of anything, so nobody is
 * punished for one.
 */
class LyingRekeyTest {
  private final Group group = new Group(17);
  private Group.Node liar = five();

  private Group.Node five() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
      group.join(name, "");
    }
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    return group.node("dan");
  }

  /** What a Rekey of the liar says, and how its cover is made. */
  private record Lie(EpochSecret committed, EpochSecret sealed, Predicate<Person> to) {}

  private FactId tell(Lie lie) {
    GroupState state = liar.core.state();
    Rekey bare = bare(lie.committed, liar.core.sendingEpoch());
    GroupState after = liar.core.core.ledger.draft(state, liar.id(), bare);
    Hash32 context = FactCodec.coverContext(liar.core.group(), liar.id(), bare);
    List<Cover.Sealed> seals = new ArrayList<>();
    Stay own = after.newestStay(liar.id()).orElseThrow();
    for (int place = 0; place < after.members().size(); place++) {
      Person person = after.members().get(place);
      if (person.id().equals(liar.id()) || !lie.to.test(person)) {
        continue;
      }
      Stay its = after.newestStay(person.id()).orElseThrow();
      Session session = liar.core.core.sessions.between(own.id(), its.id());
      Session.Sealed sealed = session.seal(lie.sealed, context, leafKeyOf(person, its), liar.draws);
      seals.add(new Cover.Sealed(place, sealed.offer(), sealed.seal()));
    }
    return said(bare, Cover.of(Optional.empty(), seals).encode());
  }

  private io.keymoot.flatkeying.crypto.LeafKey leafKeyOf(Person person, Stay stay) {
    return group.nodes.values().stream()
        .filter(node -> node.id().equals(person.id()))
        .flatMap(node -> node.core.core.self.leafKey(stay.leafKey()).stream())
        .findFirst()
        .orElseThrow()
        .publicKey();
  }

  private Rekey bare(EpochSecret committed, Optional<FactId> prev) {
    return new Rekey(
        prev, List.of(), committed.commitment(), liar.core.state().membersDigest(), Hash32.ZERO);
  }

  private FactId said(Rekey bare, Bytes cover) {
    Rekey rekey =
        new Rekey(bare.prev(), bare.targets(), bare.commitment(), bare.members(), cover.sha256());
    Envelope fact = liar.core.core.write(liar.core.state(), rekey, cover);
    for (Group.Node node : group.nodes.values()) {
      node.step(new Input.Received(liar.address, FactCodec.encode(fact)));
    }
    return fact.id();
  }

  private List<Group.Node> others() {
    return group.members().stream().filter(node -> node != liar).toList();
  }

  private boolean knowTheSame() {
    return others().stream().map(node -> node.core.state().heads()).distinct().count() == 1;
  }

  private void allOthersReadEachOther() {
    for (Group.Node sender : others()) {
      for (Group.Node reader : others()) {
        boolean reads = sender.sendingKey().map(reader::canOpen).orElse(false);
        assertThat(reads).as("%s reads %s%n%s", reader, sender, group.show()).isTrue();
      }
    }
  }

  @Test
  void sealsOfAnotherSecretThanItSaysAreNotTaken() {
    EpochSecret said = EpochSecret.fresh(liar.draws);
    EpochSecret other = EpochSecret.fresh(liar.draws);
    FactId epoch = tell(new Lie(said, other, person -> true));
    for (Group.Node node : others()) {
      assertThat(node.core.has(epoch)).isTrue();
      assertThat(node.core.core.keys.get(epoch)).isEmpty();
    }
    // Until there is another all send under the one before, which is as clean as it was.
    allOthersReadEachOther();
    liar.isDown = true;
    group.run(5_000);
    allOthersReadEachOther();
    assertThat(group.node("anna").core.sendingEpoch().orElseThrow()).isNotEqualTo(epoch);
  }

  @Test
  void aWrapOfAnotherSecretThanItSaysIsNotTakenNorTriedForEver() {
    EpochSecret said = EpochSecret.fresh(liar.draws);
    EpochSecret other = EpochSecret.fresh(liar.draws);
    FactId prev = liar.core.sendingEpoch().orElseThrow();
    Rekey bare = bare(said, Optional.of(prev));
    Hash32 context = FactCodec.coverContext(liar.core.group(), liar.id(), bare);
    List<Cover.SlotWrap> wraps = new ArrayList<>();
    for (Kek kek : liar.core.core.slots.allKeks()) {
      if (kek.epoch().equals(prev)) {
        Bytes wrap = kek.wrap(other, context, liar.id());
        wraps.add(new Cover.SlotWrap(kek.slot().position(), wrap));
      }
    }
    assertThat(wraps).isNotEmpty();
    wraps.sort((one, another) -> Integer.compare(one.position(), another.position()));
    Cover cover = new Cover(Optional.empty(), wraps, List.of(), List.of(), Optional.empty());
    FactId epoch = said(bare, cover.encode());
    liar.isDown = true;
    for (Group.Node node : others()) {
      assertThat(node.core.core.keys.get(epoch)).isEmpty();
    }
    group.run(5_000);
    allOthersReadEachOther();
  }

  @Test
  void whoIsLeftOutOfTheCoverAsksThoseWhoAreNot() {
    EpochSecret secret = EpochSecret.fresh(liar.draws);
    Group.Node anna = group.node("anna");
    FactId epoch = tell(new Lie(secret, secret, person -> person.id().equals(anna.id())));
    assertThat(anna.core.core.keys.get(epoch)).isPresent();
    liar.isDown = true;
    group.run(3_000);
    allOthersReadEachOther();
  }

  @Test
  void aFalseDigestOfTheMembersIsRefusedByAll() {
    EpochSecret secret = EpochSecret.fresh(liar.draws);
    Rekey lie =
        new Rekey(
            liar.core.sendingEpoch(),
            List.of(),
            secret.commitment(),
            Hash32.sha256(new byte[] {1}),
            Hash32.ZERO);
    FactId fact = said(lie, Cover.of(Optional.empty(), List.of()).encode());
    for (Group.Node node : others()) {
      assertThat(node.core.has(fact)).isFalse();
      assertThat(node.log)
          .anyMatch(
              effect ->
                  effect instanceof Effect.Refused refused
                      && refused.fact().equals(fact)
                      && refused.why() == Refusal.FALSE_MEMBERS_DIGEST);
    }
    allOthersReadEachOther();
  }

  @Test
  void aFloodOfRekeysThatNobodyCanReadStopsNobody() {
    for (int i = 0; i < 60; i++) {
      EpochSecret secret = EpochSecret.fresh(liar.draws);
      said(bare(secret, liar.core.sendingEpoch()), Bytes.owning(liar.draws.bytes(200)));
      group.run(100);
      // A key may be on its way just now.
      for (int millis = 0; millis < 200 && !knowTheSame(); millis++) {
        group.run(1);
      }
      allOthersReadEachOther();
    }
    liar.isDown = true;
    group.run(10_000);
    allOthersReadEachOther();
    List<FactId> usable = group.node("anna").core.state().usable().stream().map(Known::id).toList();
    assertThat(usable).contains(group.node("anna").core.sendingEpoch().orElseThrow());
  }
}
