package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Credentials are where they are needed, and one that does not hold is found out (section 3). */
class CredentialsTest {
  private final Group group = new Group(21);

  private void settle() {
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void five() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "dan", "eva")) {
      group.join(name, "");
    }
  }

  /** Five, and no question for a credential arrives. */
  private Group.Node danWhoseChairNobodyAsksToSee() {
    group.arrives = message -> !asksForABlob(message);
    group.found("anna", "", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "dan", "eva")) {
      group.join(name, name.equals("dan") ? "chair" : "");
    }
    group.run(3_000);
    assertThat(group.members()).as(group.show()).hasSize(5);
    return group.node("dan");
  }

  private boolean hasCredentialOf(Group.Node holder, Group.Node of) {
    Stay stay = holder.core.state().newestStay(of.id()).orElseThrow();
    return holder.core.core.blobs.get(stay.credential()).isPresent();
  }

  @Test
  void everybodysCredentialIsFetchedAndCheckedInTheBackground() {
    five();
    group.run(1_000);
    Group.Node eva = group.node("eva");
    assertThat(hasCredentialOf(eva, group.node("cora"))).isFalse();
    group.run(20_000);
    for (Group.Node holder : group.members()) {
      for (Group.Node of : group.members()) {
        assertThat(hasCredentialOf(holder, of)).as(holder + " of " + of).isTrue();
      }
    }
  }

  @Test
  void anExpulsionIsDecidedThoughItsAuthorIsGoneBeforeAnybodyFetchedItsCredential() {
    Group.Node chair = danWhoseChairNobodyAsksToSee();
    Group.Node eva = group.node("eva");
    List<Group.Node> rest =
        group.members().stream()
            .filter(node -> node != chair && node != eva && !hasCredentialOf(node, chair))
            .toList();
    assertThat(rest).as("all but the one that let it in").hasSize(2);
    Group.Node hearer = rest.get(0);
    // One multicast, which one member alone gets: then the chair is gone, and who let it in.
    group.hears = (from, to) -> from != chair || to == hearer;
    chair.step(new Input.Expel(eva.device()));
    group.run(50);
    group.arrives = message -> true;
    group.hears = (from, to) -> true;
    for (Group.Node node : group.members()) {
      node.isDown = node != eva && !rest.contains(node);
    }
    settle();
    assertThat(group.members()).as(group.show()).containsExactlyElementsOf(rest);
    // Nor is it lost to those who come later still.
    hearer.isDown = true;
    Group.Node finn = group.join("finn", "");
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(finn.core.state().isMember(eva.id())).isFalse();
  }

  /** Each question is signed: whoever repeats a fact must not be asked each time. */
  @Test
  void whoTellsAFactAgainAndAgainIsNotAskedEachTimeForWhatItHangsOn() {
    Group.Node chair = danWhoseChairNobodyAsksToSee();
    Group.Node hearer =
        group.members().stream()
            .filter(node -> node != chair && !hasCredentialOf(node, chair))
            .findFirst()
            .orElseThrow();
    group.hears = (from, to) -> false;
    chair.step(new Input.Expel(group.node("eva").device()));
    Known expulsion = chair.core.ledger().known(chair.core.state().heads()).getFirst();
    Envelope fact = chair.core.ledger().envelope(expulsion);
    Bytes reply =
        SideCodec.encode(
            new SyncReply(
                chair.core.group(), List.of(FactCodec.encode(fact.withoutCover())), List.of()));
    Bytes anywhere = Bytes.owning("anywhere".getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 1_000; i++) {
      hearer.step(new Input.Received(anywhere, reply));
    }
    long asked =
        hearer.log.stream()
            .filter(
                effect ->
                    effect instanceof Effect.ToAddress to
                        && to.to().equals(anywhere)
                        && asksForABlob(to.message()))
            .count();
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void aCredentialIsSaidAgainOnceSomebodyCameIn() {
    five();
    settle();
    Group.Node anna = group.node("anna");
    assertThat(isSaidWithTheExpulsion(anna, "ben")).isTrue();
    group.run(2_000);
    assertThat(isSaidWithTheExpulsion(anna, "cora")).isFalse();
    group.run(2_000);
    group.join("finn", "");
    settle();
    assertThat(isSaidWithTheExpulsion(anna, "dan")).isTrue();
    settle();
  }

  @Test
  void aCredentialThatFoundNoRoomBesideAFactGoesWithTheNext() {
    Group.Node anna = group.found("anna", "chair " + "x".repeat(12_000), Group.CHAIR_EXPELS);
    Group.Node ben = group.join("ben", "");
    group.run(10_000);
    Bytes cover = Bytes.owning(new byte[50_000]);
    Target target = new Target.Expelled(ben.device(), List.of());
    Rekey rekey =
        new Rekey(Optional.empty(), List.of(target), Hash32.ZERO, Hash32.ZERO, cover.sha256());
    Envelope fact = anna.core.core.write(anna.core.state(), rekey, cover);
    Credentials credentials = anna.core.core.credentials;
    assertThat(blobsIn(credentials.saidFirst(fact))).isZero();
    assertThat(blobsIn(credentials.saidFirst(fact.withoutCover()))).isEqualTo(1);
    assertThat(blobsIn(credentials.saidFirst(fact.withoutCover()))).isZero();
  }

  private static int blobsIn(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
            && ok.value() instanceof SyncReply reply
        ? reply.blobs().size()
        : 0;
  }

  /** Who heard nothing of it while it was said to all, and of the next only the fact itself. */
  @Test
  void whoMissedItFetchesIt() {
    Group.Node dan = danWhoseChairNobodyAsksToSee();
    List<Group.Node> without =
        group.members().stream()
            .filter(node -> node != dan && !hasCredentialOf(node, dan))
            .toList();
    assertThat(without).hasSizeGreaterThan(1);
    Group.Node hearer = without.get(0);
    group.hears = (from, to) -> from != dan || to != hearer;
    group.arrives = message -> true;
    assertThat(isSaidWithTheExpulsion(dan, without.get(1).name)).isTrue();
    group.run(20);
    group.hears = (from, to) -> true;
    String next =
        group.members().stream()
            .filter(node -> node != dan && node != hearer && node != without.get(1))
            .findFirst()
            .orElseThrow()
            .name;
    assertThat(isSaidWithTheExpulsion(dan, next)).isFalse();
    settle();
    assertThat(hearer.core.state().heads()).isEqualTo(dan.core.state().heads());
    assertThat(hearer.core.state().isMember(group.node(next).id())).isFalse();
  }

  private boolean isSaidWithTheExpulsion(Group.Node by, String name) {
    by.step(new Input.Expel(group.node(name).device()));
    CoverReport report = by.core.lastCover().orElseThrow();
    return report.lines().stream()
        .anyMatch(line -> line.kind() == CoverReport.Kind.CREDENTIAL && line.bytes() > 0);
  }

  private static boolean asksForABlob(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof SyncAsk ask
        && !ask.blobs().isEmpty()
        && ask.wanted().isEmpty();
  }

  /** Lets in, without a look, a device whose credential does not hold. */
  private SignedJoinRequest letInUnchecked(Group.Node introducer, Bytes credential) {
    SigningKey key = group.key();
    LeafKeyPair leaf = LeafKeyPair.generate(group.draws());
    SignedJoinRequest row =
        FactWriter.joinRequest(
            key,
            introducer.core.group(),
            credential.sha256(),
            leaf.publicKey().hash(),
            Bytes.owning(group.draws().bytes(16)),
            new FactId(introducer.core.group().hash()));
    introducer.core.core.blobs.put(credential);
    Envelope fact =
        introducer.core.core.write(
            introducer.core.state(), new Admit(List.of(row), List.of()), Bytes.EMPTY);
    for (Group.Node node : group.nodes.values()) {
      node.step(new Input.Received(introducer.address, FactCodec.encode(fact)));
    }
    return row;
  }

  @Test
  void whoLetsInABadCredentialIsProvedAtFaultAndIsOutWithTheRowItLetIn() {
    five();
    settle();
    Group.Node dan = group.node("dan");
    Bytes nobody = Bytes.owning(" chair".getBytes(StandardCharsets.UTF_8));
    SignedJoinRequest row = letInUnchecked(dan, nobody);
    assertThat(group.node("anna").core.state().isMember(row.member())).isTrue();
    group.run(20_000);
    assertThat(group.members())
        .as(group.show())
        .extracting(node -> node.name)
        .containsExactly("anna", "ben", "cora", "eva");
    assertThat(group.node("anna").core.state().isMember(row.member())).isFalse();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(dan.status.state()).isEqualTo(Effect.State.OUT);
    assertThat(provedAtFault(group.node("anna"), dan)).isTrue();
  }

  /** Whoever counted it twice would take the others' turns for its own. */
  @Test
  void whoLetsInSeveralBadCredentialsIsNamedOnceAmongThoseToGo() {
    five();
    settle();
    group.nodes.values().forEach(node -> node.takesTurns = false);
    Group.Node dan = group.node("dan");
    List<MemberId> going = new ArrayList<>(List.of(dan.id()));
    for (String words : List.of(" chair", " nurse")) {
      Bytes nobody = Bytes.owning(words.getBytes(StandardCharsets.UTF_8));
      going.add(letInUnchecked(dan, nobody).member());
    }
    group.run(20_000);
    Effect.Owed owed =
        group.node("anna").log.stream()
            .filter(Effect.Owed.class::isInstance)
            .map(Effect.Owed.class::cast)
            .reduce((earlier, later) -> later)
            .orElseThrow();
    assertThat(owed.going()).containsExactlyInAnyOrderElementsOf(going);
  }

  private static boolean provedAtFault(Group.Node witness, Group.Node liar) {
    for (Effect effect : witness.log) {
      if (effect instanceof Effect.Taken taken) {
        for (FactId id : taken.facts()) {
          Known known = witness.core.ledger().get(id);
          if (known != null
              && known.fact() instanceof Rekey rekey
              && rekey.targets().stream()
                  .anyMatch(
                      target ->
                          target instanceof Target.Faulty faulty
                              && faulty.member().equals(liar.id()))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  @Test
  void askingIsSlow() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (int i = 0; i < 24; i++) {
      group.join("n" + i, "");
    }
    group.run(6_000);
    Group.Node anna = group.node("anna");
    assertThat(group.members()).hasSize(25);
    long before = group.now;
    int[] asked = {0};
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            asked[0] += from == anna && asksForABlob(message) ? 1 : 0;
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    group.run(2_000);
    int most = (int) ((group.now - before) / 500 + 1) * 4;
    assertThat(asked[0]).isLessThanOrEqualTo(most);
  }
}
