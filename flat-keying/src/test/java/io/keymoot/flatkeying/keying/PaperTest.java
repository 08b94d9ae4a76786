package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.paper.Coalition;
import io.keymoot.flatkeying.paper.PaperGroup;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Paper 004, sections 3.3 and 3.4, sentence by sentence: above each test stands what the paper says
 * (in italics), then whether we <b>keep</b> it or <b>leave</b> it, and why.
 *
 * <p>Long as the sections are: to leave a sentence out would be to say nothing of it.
 */
@Isolated("it changes the running code")
class PaperTest {
  private final Group group = new Group(11);

  private void settle() {
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void five() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
      group.join(name, "");
    }
    settle();
    assertThat(group.members()).hasSize(5);
  }

  private Tek tek(String name) {
    return group.node(name).sendingKey().orElseThrow();
  }

  private Known epochOf(String name) {
    FactId id = group.node(name).core.sendingEpoch().orElseThrow();
    return Objects.requireNonNull(group.node(name).core.ledger().get(id));
  }

  private static boolean everHeld(Group.Node node, FactId epoch) {
    return node.log.stream()
        .anyMatch(
            effect ->
                effect instanceof Effect.Install install && install.tek().epoch().equals(epoch));
  }

  private void expelledByAnna(String name) {
    group.node("anna").step(new Input.Expel(group.node(name).device()));
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class FirstParticipant {
    /**
     * <i>"The first participant in the group will find that no heartbeat exists and start to create
     * its own keys (the TEK and W of the 2W KEKs)"</i> (3.4).
     *
     * <p><b>Keep</b>: a founder has a key at once and alone. <b>Leave</b>: KEKs. A slot of which
     * nobody else is a holder wraps nothing for anybody; slots begin with a Reseal, once three
     * members hold them.
     */
    @Test
    void createsItsOwnTekAndNoKekThatNobodyElseWouldHold() {
      Group.Node anna = group.found("anna", "chair", Group.CHAIR_EXPELS);
      assertThat(anna.sendingKey()).isPresent();
      assertThat(anna.status.state()).isEqualTo(Effect.State.SETTLED);
      group.join("ben", "");
      group.run(20_000);
      assertThat(anna.core.haveMask()).isZero();
    }

    /**
     * <i>"The first participant in the group will find that no heartbeat exists"</i> (3.4).
     *
     * <p><b>Leave</b>: that two find none is no contradiction to be resolved by consensus, but two
     * groups: a group is its founding, and everything in it is signed for that one.
     */
    @Test
    void twoWhoFindNoHeartbeatMakeTwoGroups() {
      Group.Node anna = group.found("anna", "chair", Group.CHAIR_EXPELS);
      Group.Node cora = group.found("cora", "chair", Group.CHAIR_EXPELS);
      group.run(10_000);
      assertThat(anna.core.group()).isNotEqualTo(cora.core.group());
      assertThat(cora.canOpen(anna.sendingKey().orElseThrow())).isFalse();
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class Ids {
    /**
     * <i>"Since there is no Group Manager knowing about the IDs in use, the IDs need to be
     * generated uniquely in a distributed way. Apparent solutions would be to use the participant's
     * network address directly or to apply a collision-free hash function."</i> (3.4)
     *
     * <p><b>Keep</b> the hash, <b>leave</b> the network address: it can be chosen and forged. An id
     * is the hash of what the newcomer signed, so it is nobody else's.
     */
    @Test
    void areHashesOfWhatTheNewcomerSigned() {
      five();
      Group.Node dan = group.node("dan");
      Known admit = group.node("anna").core.state().newestStay(dan.id()).orElseThrow().begunBy();
      assertThat(((Admit) admit.fact()).rows())
          .anySatisfy(row -> assertThat(row.member()).isEqualTo(dan.id()));
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class Keys {
    /**
     * <i>"For an ID length of W bits, only 2W+1 keys (including TEK) are needed, independent of the
     * actual number of participants. […] For IPv6 and calculated IDs, a value of 128 should be
     * chosen to avoid collisions. This still keeps the number of keys and the size of change
     * messages small."</i> (3.3)
     *
     * <p><b>Keep</b> that the number of keys is independent of the group's: k slots in each of 32
     * positions, 32 keys and the TEK to a member. <b>Leave</b> the length as what avoids
     * collisions: ids have 256 bits, of which an address takes 32, 64 or 128; that two addresses
     * collide harms nobody ({@code whoHasTheAddressOfTheLeaverIsSealedTo}), so it need not be
     * avoided.
     */
    @Test
    void areAsManyHoweverManyAreIn() {
      for (Profile profile : Profile.values()) {
        assertThat(SlotKeys.POSITIONS * profile.symbolBits()).isIn(32, 64, 128);
        for (int members : new int[] {20, 200}) {
          FlatKeying peer = new BigGroup(profile, members, 1).receiver(7);
          assertThat(peer.slotTable()).hasSize(SlotKeys.POSITIONS * profile.radix());
          FactId epoch = peer.sendingEpoch().orElseThrow();
          assertThat(peer.core.slots.allKeks())
              .filteredOn(kek -> kek.epoch().equals(epoch))
              .hasSizeLessThanOrEqualTo(SlotKeys.POSITIONS);
        }
      }
    }

    /**
     * <i>"All keys have associated version and revision numbers as in the tree scenario above."</i>
     * (3.3)
     *
     * <p><b>Keep</b> both. A version is named by the fact that made it, not by a number: two made
     * beside each other are told apart, and nobody declares one. A revision is how many admissions
     * the facts show under that version. <b>Leave</b> revisions of KEKs: each is of an epoch, and
     * steps with the next.
     */
    @Test
    void haveAVersionNamedByTheFactThatMadeItAndARevisionThatTheFactsCount() {
      five();
      Tek before = tek("anna");
      Group.Node late = group.join("late", "");
      while (!late.core.isMember()) {
        group.run(10);
      }
      group.run(200);
      assertThat(tek("anna").epoch()).isEqualTo(before.epoch());
      assertThat(tek("anna").revision()).isEqualTo(before.revision() + 1);
      assertThat(group.node("ben").core.state().revision(before.epoch()))
          .isEqualTo(tek("anna").revision());

      expelledByAnna("late");
      settle();
      assertThat(epochOf("anna").fact()).isInstanceOf(Rekey.class);
      assertThat(tek("anna").epoch()).isNotEqualTo(before.epoch());
      assertThat(tek("anna").revision()).isZero();
      group.run(20_000);
      FactId now = group.node("anna").core.sendingEpoch().orElseThrow();
      assertThat(group.node("anna").core.core.slots.allKeks())
          .isNotEmpty()
          .anyMatch(kek -> kek.epoch().equals(now));
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class Join {
    /**
     * <i>"There is no dedicated Group Manager, instead, every participant may perform admission
     * control operations."</i> (3.4)
     *
     * <p><b>Keep.</b>
     */
    @Test
    void everyParticipantMayLetANewcomerIn() {
      five();
      for (String introducer : new String[] {"anna", "ben", "cora", "dan", "eva"}) {
        Group.Node door = group.node(introducer);
        Group.Node late = group.join("friend of " + introducer, "");
        group.hears = (from, to) -> (from != late && to != late) || from == door || to == door;
        group.run(3_000);
        group.hears = (from, to) -> true;
        settle();
        assertThat(late.core.isMember()).isTrue();
        Known admit = door.core.state().newestStay(late.id()).orElseThrow().begunBy();
        assertThat(admit.author()).isEqualTo(door.id());
      }
    }

    /**
     * <i>"All further joins will see the heartbeat and select a previous participant […] who is
     * willing to admit them. This introducer will send the newcomer the keys the two of them share
     * (the TEK and the applicable KEKs, all with increased revision)."</i> (3.4)
     *
     * <p><b>Keep</b> for the TEK: the newcomer gets the running key one step on, which leads to no
     * step before. <b>Leave</b> for KEKs: they step with an epoch's own secret and not with joins,
     * so a newcomer has them as of the first epoch after its Admit, which is due within two
     * seconds.
     */
    @Test
    void theIntroducerSendsTheTekWithIncreasedRevision() {
      five();
      Tek before = tek("anna");
      Group.Node late = group.join("late", "");
      while (late.keys.isEmpty()) {
        group.run(1);
      }
      Tek first = late.keys.values().iterator().next();
      assertThat(first.epoch()).isEqualTo(before.epoch());
      assertThat(first.revision()).isEqualTo(before.revision() + 1);
      assertThat(late.canOpen(before)).isFalse();
      // The others take the step by themselves.
      group.run(300);
      assertThat(group.node("eva").canOpen(first)).isTrue();
    }

    /**
     * <i>"if several joins happen in short succession, the revision of the TEK and the KEKs shared
     * between the newcomers only need to be increased once"</i> (3.2, and 3.4: <i>"The other
     * operations such as multiple joins and leaves […] can be performed analogous"</i>).
     *
     * <p><b>Keep</b>: those of 200 ms come in by one Admit, and an Admit steps the key once. The
     * paper's price, that newcomers may read <i>"a small amount of data sent out before they were
     * admitted"</i>, is not paid: the step is taken when they are admitted.
     */
    @Test
    void severalInShortSuccessionStepTheKeyOnce() {
      group.maxDelayMillis = 1;
      group.found("anna", "chair", Group.CHAIR_EXPELS);
      settle();
      List<Group.Node> late = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        late.add(group.join("late" + i, ""));
      }
      FactId epoch = tek("anna").epoch();
      int before = tek("anna").revision();
      while (group.members().size() < 9) {
        group.run(10);
      }
      long admits =
          late.stream()
              .map(
                  node ->
                      group
                          .node("anna")
                          .core
                          .state()
                          .newestStay(node.id())
                          .orElseThrow()
                          .begunBy()
                          .id())
              .distinct()
              .count();
      assertThat(admits).isLessThan(4);
      // No refresh came between, and the key is as many steps on as there are Admits.
      assertThat(tek("anna").epoch()).isEqualTo(epoch);
      assertThat(tek("anna").revision() - before).isEqualTo((int) admits);
    }

    /**
     * <i>"select a previous participant (from the sender address of packets, the list of key
     * creators from the heartbeat, or expanding multicast rings) who is willing to admit them"</i>
     * (3.4).
     *
     * <p><b>Keep</b> the first way: a newcomer asks whomever it hears, and nobody before it hears
     * somebody. <b>Leave</b> the others: any member may admit, so who made keys is no better a
     * choice, and to reach further than the group's own transport does is the transport's affair.
     */
    @Test
    void theNewcomerAsksWhomItHears() {
      five();
      Group.Node dan = group.node("dan");
      group.hears = (from, to) -> false;
      Group.Node late = group.join("late", "");
      group.run(5_000);
      assertThat(asked(late)).isEmpty();
      group.hears = (from, to) -> (from == dan && to == late) || (from == late && to == dan);
      group.run(5_000);
      assertThat(asked(late)).containsOnly(dan.address);
      assertThat(late.core.isMember()).isTrue();
    }

    private static List<Bytes> asked(Group.Node newcomer) {
      List<Bytes> asked = new ArrayList<>();
      for (Effect effect : newcomer.log) {
        if (effect instanceof Effect.ToAddress to
            && SideCodec.decode(to.message()) instanceof Decoded.Ok<SideMessage> ok
            && ok.value() instanceof JoinAsk) {
          asked.add(to.to());
        }
      }
      return asked;
    }

    /**
     * <i>"Of course, the newcomer has to make sure that the introducer is trustworthy, i.e. both
     * sides perform access control"</i> (3.4, footnote 4).
     *
     * <p><b>Keep</b>: a newcomer is told the group's id, takes keys only when all facts behind them
     * lead to that founding, and show who granted as a member in good standing.
     */
    @Test
    void theNewcomerTakesNoKeyFromAnotherGroup() {
      five();
      Group other = new Group(12);
      Group.Node stranger = other.found("stranger", "chair", Group.CHAIR_EXPELS);
      Group.Node late = group.join("late", "");
      // It meets only somebody of another group, and each hears all that the other says.
      group.hears = (from, to) -> from != late && to != late;
      late.step(new Input.IntroducerSeen(stranger.address));
      int asks = pass(late, stranger);
      other.run(1_000);
      pass(stranger, late);
      assertThat(asks).isPositive();
      group.run(5_000);
      assertThat(late.keys).isEmpty();
      assertThat(late.core.isMember()).isFalse();
    }

    private static int pass(Group.Node from, Group.Node to) {
      int said = 0;
      for (Effect effect : List.copyOf(from.log)) {
        Optional<Bytes> message =
            switch (effect) {
              case Effect.ToAddress it -> Optional.of(it.message());
              case Effect.Multicast it -> Optional.of(it.message());
              default -> Optional.empty();
            };
        message.ifPresent(bytes -> to.step(new Input.Received(from.address, bytes)));
        said += message.isPresent() ? 1 : 0;
      }
      return said;
    }

    /**
     * <i>"These additional key contributors can perform a simplified access control procedure if
     * the newcomer includes a MAC with the TEK"</i> (3.4, footnote 5).
     *
     * <p><b>Leave</b>: a MAC that every member can make proves no one member. Whoever asks for a
     * key signs, and gets what its own past entitles it to: an asker that is out gets nothing,
     * though it has the old TEK.
     */
    @Test
    void whoIsOutGetsNoKeyForTheAskingThoughItHasTheOldTek() {
      five();
      Group.Node eva = group.node("eva");
      assertThat(eva.canOpen(tek("anna"))).isTrue();
      // Once out it has wiped its leaf key, but who means no good keeps it.
      Bytes evasLeaf = leafKey(eva);
      expelledByAnna("eva");
      settle();
      Known epoch = epochOf("anna");
      int given = gives();
      group.node("anna").step(new Input.Received(eva.address, need(eva, evasLeaf, epoch)));
      assertThat(gives()).isEqualTo(given);
      Group.Node dan = group.node("dan");
      group.node("anna").step(new Input.Received(dan.address, need(dan, leafKey(dan), epoch)));
      assertThat(gives()).as("who is in is answered").isEqualTo(given + 1);
      group.run(5_000);
      assertThat(everHeld(eva, epoch.id())).isFalse();
    }

    private static Bytes leafKey(Group.Node node) {
      return node.core.core.self.leafKeys().iterator().next().publicKey().bytes();
    }

    private static Bytes need(Group.Node asker, Bytes leafKey, Known epoch) {
      return SideCodec.need(
          new FactWriter(asker.key, asker.core.group(), asker.id()),
          List.of(new FactId(asker.core.group().hash())),
          leafKey,
          List.of(epoch.id()),
          List.of());
    }

    private int gives() {
      int gives = 0;
      for (Effect effect : group.node("anna").log) {
        gives +=
            effect instanceof Effect.ToMember to
                    && SideCodec.decode(to.message()) instanceof Decoded.Ok<SideMessage> ok
                    && ok.value() instanceof Give
                ? 1
                : 0;
      }
      return gives;
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class Leave {
    /**
     * <i>"All keys known to the leaving participant (the TEK and W KEKs) are to be considered
     * invalid."</i> (3.3)
     *
     * <p><b>Keep</b>: the epoch is unclean from the moment the end is known, and whoever knows it
     * seals nothing under it.
     */
    @Test
    void theLeaversTekIsInvalidForWhoeverKnowsOfTheLeave() {
      five();
      // Since it put out finn all have seen anna's credential: without it they would wait.
      group.join("finn", "");
      settle();
      expelledByAnna("finn");
      settle();
      FactId before = group.node("anna").core.sendingEpoch().orElseThrow();
      group.hears = (from, to) -> false;
      expelledByAnna("eva");
      assertThat(group.node("anna").core.sendingEpoch()).isPresent().get().isNotEqualTo(before);
      // Ben hears of it, but no key comes with it: it holds frames.
      Group.Node ben = group.node("ben");
      ben.step(
          new Input.Received(
              group.node("anna").address,
              FactCodec.encodeWithoutCover(epochOf("anna").envelope())));
      assertThat(ben.core.state().isMember(group.node("eva").id())).isFalse();
      assertThat(ben.core.sendingEpoch()).isEmpty();
    }

    /**
     * <i>"They need to be replaced in a way intractable to the leaver, but easily computable for
     * all remaining participants."</i> (3.3)
     *
     * <p><b>Keep.</b>
     */
    @Test
    void allWhoStayComeToTheNewKeyAndTheLeaverDoesNot() {
      five();
      Group.Node eva = group.node("eva");
      expelledByAnna("eva");
      settle();
      assertThat(everHeld(eva, tek("anna").epoch())).isFalse();
      assertThat(eva.status.state()).isEqualTo(Effect.State.OUT);
    }

    /**
     * <i>"the participant taking care of someone's leave ("excluder") becoming Key Holder of this
     * new version, announcing the new key and who has left (to update the other participants'
     * Admission Control)"</i> (3.4).
     *
     * <p><b>Keep</b>: one fact is both, the new epoch and who is out. So nobody can have the one
     * without the other.
     */
    @Test
    void theExcluderAnnouncesTheNewKeyAndWhoHasLeftInOneFact() {
      five();
      expelledByAnna("eva");
      settle();
      Known epoch = epochOf("ben");
      assertThat(epoch.author()).isEqualTo(group.node("anna").id());
      assertThat(((Rekey) epoch.fact()).targets()).hasSize(1);
      assertThat(group.node("ben").core.ledger().past(epoch).isMember(group.node("eva").id()))
          .isTrue();
      assertThat(group.node("ben").core.ledger().after(epoch).isMember(group.node("eva").id()))
          .isFalse();
    }

    /**
     * <i>"Participants wishing to leave also can initiate this operation through a key relay
     * (without supplying the new keying material, which they are not supposed to know)."</i> (3.4)
     *
     * <p><b>Keep</b>: a Leave is a signed word, and somebody else makes the epoch.
     */
    @Test
    void whoWishesToLeaveSuppliesNoKeyAndLearnsNone() {
      five();
      Group.Node dan = group.node("dan");
      dan.step(new Input.Leave());
      settle();
      Known epoch = epochOf("anna");
      assertThat(epoch.author()).isNotEqualTo(dan.id());
      assertThat(everHeld(dan, epoch.id())).isFalse();
    }

    /**
     * <i>"The other operations such as multiple joins and leaves […] can be performed analogous to
     * the description in Section 3.3"</i> (3.4).
     *
     * <p><b>Keep</b>: who asks to go before the turn to act has come goes with the same Rekey.
     */
    @Test
    void severalLeaveInOneRekey() {
      five();
      group.node("dan").step(new Input.Leave());
      group.node("eva").step(new Input.Leave());
      settle();
      assertThat(((Rekey) epochOf("anna").fact()).targets()).hasSize(2);
      assertThat(group.members()).hasSize(3);
    }

    /**
     * <i>"It is now possible to exclude participants without knowing whether they were in the group
     * in the first place […] nobody needs to keep track of who is currently a member"</i> (3.3).
     *
     * <p><b>Leave</b>: people in a conference want to see who is in it, and a cover that is to
     * reach all who stay must know them. Everybody keeps the roster, and a Rekey puts out members
     * only.
     */
    @Test
    void nobodyIsPutOutWhoWasNeverIn() {
      five();
      FactId before = group.node("anna").core.sendingEpoch().orElseThrow();
      group.node("anna").step(new Input.Expel(new Fingerprint(Hash32.sha256(new byte[] {1}))));
      settle();
      assertThat(group.node("anna").core.sendingEpoch()).contains(before);
      for (Group.Node node : group.members()) {
        assertThat(node.core.state().membersDigest())
            .isEqualTo(group.node("anna").core.state().membersDigest());
      }
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class SlotTable {
    private final List<MemberId> out = new ArrayList<>();

    private Group.Node anna() {
      return group.node("anna");
    }

    /** Enough, and for long enough, that every slot which three of them hold has its key. */
    private void eighteen() {
      group.heartbeatMillis = 1_500;
      group.found("anna", "chair", Group.CHAIR_EXPELS);
      for (int i = 1; i < 18; i++) {
        group.join("m" + i, "");
      }
      group.run(25_000);
      assertThat(group.allReadAll()).as(group.show()).isTrue();
      assertThat(Integer.bitCount(anna().core.haveMask())).isGreaterThan(16);
    }

    private CoverReport expelled(String name) {
      out.add(group.node(name).id());
      expelledByAnna(name);
      List<CoverReport> reports = new ArrayList<>();
      for (Effect effect : anna().log) {
        if (effect instanceof Effect.Rekeyed made) {
          reports.add(made.report());
        }
      }
      return reports.get(reports.size() - 1);
    }

    private List<CoverReport.Line> lines(CoverReport report, CoverReport.Kind kind) {
      return report.lines().stream().filter(line -> line.kind() == kind).toList();
    }

    private boolean wasHeldByWhoIsOut(Slot slot) {
      return out.stream().anyMatch(member -> slot.isHeldBy(member, Profile.CONFERENCE));
    }

    private List<Slot> slotsOf(Group.Node node) {
      List<Slot> slots = new ArrayList<>();
      for (int position = 0; position < SlotKeys.POSITIONS; position++) {
        slots.add(node.core.core.slots.own(position));
      }
      return slots;
    }

    private Optional<Kek> kek(Group.Node node, FactId epoch, int position) {
      return node.core.core.slots.kek(epoch, position);
    }

    /**
     * <i>"each participant only holds keys matching its ID"</i> (3.4), and <i>"Each participant
     * knows W of those keys, depending on the value of the single bits in its address"</i> (3.3).
     *
     * <p><b>Keep.</b> Whoever shares a slot shares its key, and only they.
     */
    @Test
    void whoSharesASlotSharesItsKeyAndNobodyElseHoldsIt() {
      eighteen();
      FactId epoch = anna().core.sendingEpoch().orElseThrow();
      int shared = 0;
      for (Group.Node other : group.members()) {
        for (int position = 0; position < SlotKeys.POSITIONS; position++) {
          Optional<Kek> own = kek(anna(), epoch, position);
          Optional<Kek> theirs = kek(other, epoch, position);
          boolean isSameSlot = slotsOf(anna()).get(position).equals(slotsOf(other).get(position));
          if (other != anna() && own.isPresent() && theirs.isPresent()) {
            assertThat(own.get().holdsTheSameAs(theirs.get())).isEqualTo(isSameSlot);
            shared += isSameSlot ? 1 : 0;
          }
        }
      }
      assertThat(shared).isGreaterThan(50);
    }

    /**
     * <i>"Then it starts a heartbeat announcing itself and the fact that it is Key Holder for the
     * keys it just generated."</i> (3.4)
     *
     * <p><b>Keep</b>, in two parts. Who made which slot's keys is a signed fact, the Reseal, so
     * everybody can say who is key holder of what; who <i>has</i> them its heartbeat says, a bit
     * for each slot.
     */
    @Test
    void everybodyCanSeeWhoIsKeyHolderOfWhichSlot() {
      eighteen();
      Map<Slot, MemberId> told = keyHolders(anna());
      assertThat(told).hasSizeGreaterThan(60);
      told.forEach(
          (slot, holder) -> assertThat(slot.isHeldBy(holder, Profile.CONFERENCE)).isTrue());
      for (Group.Node other : group.members()) {
        assertThat(keyHolders(other)).isEqualTo(told);
        assertThat(other.core.haveMask()).isNotZero();
      }
    }

    private Map<Slot, MemberId> keyHolders(Group.Node asked) {
      Map<Slot, MemberId> holders = new TreeMap<>();
      for (SlotOwnership slot : asked.core.slotTable()) {
        slot.resealedBy().ifPresent(by -> holders.put(slot.slot(), by));
      }
      return holders;
    }

    /**
     * <i>"The number of participants is limited to 2^W, so a value of 32 is considered a good
     * choice."</i> (3.3)
     *
     * <p><b>Keep</b> the 32 keys of a member, <b>leave</b> the limit. An address is the beginning
     * of an id and need not be unique: of two that share one, the one who goes takes all slots of
     * the other with it, and the other is sealed to.
     */
    @Test
    void whoHasTheAddressOfTheLeaverIsSealedTo() {
      byte[] other = new byte[32];
      other[31] = 1;
      List<MemberId> ids = List.of(new MemberId(Hash32.ZERO), new MemberId(Hash32.of(other)));
      int[] prices = {0, 53};
      int[] nobodysSlotIsClean = new int[SlotKeys.POSITIONS];
      CoverPlanner.Plan plan =
          CoverPlanner.plan(
              new CoverPlanner.Problem(ids, 0, 2, new int[] {-1, -1}, nobodysSlotIsClean, prices));
      assertThat(plan.wraps()).isEmpty();
      assertThat(plan.seals()).containsExactly(1);
    }

    /**
     * <i>"Firstly, it contains a new TEK encrypted for each of the valid KEKs so that every
     * participant with at least a single bit of difference with the leaver's ID can calculate the
     * new TEK."</i> (3.3)
     *
     * <p><b>Keep</b>, for as many KEKs as it takes to reach everybody. <b>Leave</b>: which are
     * valid. Not those that this leaver lacks, but those that nobody who is out ever held.
     */
    @Test
    void theTekIsWrappedUnderKeksThatNobodyWhoIsOutEverHeld() {
      eighteen();
      for (String name : new String[] {"m3", "m9", "m17"}) {
        CoverReport report = expelled(name);
        assertThat(lines(report, CoverReport.Kind.WRAP)).as(name).isNotEmpty();
        for (CoverReport.Line line : report.lines()) {
          line.slot().ifPresent(slot -> assertThat(wasHeldByWhoIsOut(slot)).isFalse());
        }
        // No time for a Reseal: the next cover must do with what is still clean.
        group.run(400);
        assertThat(group.allReadAll()).as(group.show()).isTrue();
      }
    }

    /**
     * <i>"Since the excluder will not know all keys whose version needs to be increased, the
     * current Key Holder of these Keys will perform the version increase; it works as a "key
     * relay"."</i> (3.4)
     *
     * <p><b>Keep</b> the relay: a survivor, named in the Rekey, wraps under slots that the excluder
     * does not hold. <b>Leave</b> the version increase: KEKs step by themselves, in every slot,
     * with the epoch's own secret.
     */
    @Test
    void aSurvivorRelaysUnderSlotsThatTheExcluderLacks() {
      eighteen();
      List<CoverReport.Line> relayed = new ArrayList<>();
      for (String name : new String[] {"m3", "m9", "m17"}) {
        relayed.addAll(lines(expelled(name), CoverReport.Kind.RELAY));
        group.run(400);
        assertThat(group.allReadAll()).as(group.show()).isTrue();
      }
      assertThat(relayed).isNotEmpty();
      for (CoverReport.Line line : relayed) {
        MemberId relay = line.relay().orElseThrow();
        assertThat(relay).isNotEqualTo(anna().id()).isNotIn(out);
        assertThat(line.slot().orElseThrow().isHeldBy(relay, Profile.CONFERENCE)).isTrue();
        assertThat(slotsOf(anna())).doesNotContain(line.slot().orElseThrow());
      }
    }

    /**
     * <i>"each participant only holds keys matching its ID, and the collaboration of multiple
     * participants is required to propagate changes to the whole group"</i> (3.4).
     *
     * <p><b>Keep</b> the first half, and the collaboration where it is cheaper. <b>Leave</b> that
     * it is required: no relay's word arrives here, and all come to the key all the same, by asking
     * anybody who has it.
     */
    @Test
    void withoutAnyRelaysHelpAllComeToTheKey() {
      eighteen();
      int[] lost = {0};
      group.arrives =
          message -> {
            boolean isRelay =
                SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                    && ok.value() instanceof Relay;
            lost[0] += isRelay ? 1 : 0;
            return !isRelay;
          };
      for (String name : new String[] {"m3", "m9", "m17"}) {
        expelled(name);
        group.run(3_000);
        assertThat(group.allReadAll()).as(group.show()).isTrue();
      }
      assertThat(lost[0]).as("relays spoke, and were not heard").isPositive();
    }

    /**
     * <i>"every participant remaining in the group can update the KEKs it previously had, but does
     * not gain any further knowledge about the keys the other participants have"</i> (3.3).
     *
     * <p><b>Keep</b>, and in every slot, not the leaver's alone: so a captured device opens nothing
     * older than what it still keeps.
     */
    @Test
    void everyKekStepsWithEveryEpoch() {
      eighteen();
      FactId before = anna().core.sendingEpoch().orElseThrow();
      List<Kek> old = new ArrayList<>();
      for (int position = 0; position < SlotKeys.POSITIONS; position++) {
        kek(anna(), before, position).ifPresent(old::add);
      }
      assertThat(old).isNotEmpty();
      anna().step(new Input.Refresh());
      FactId after = anna().core.sendingEpoch().orElseThrow();
      assertThat(after).isNotEqualTo(before);
      for (Kek each : old) {
        Kek next = kek(anna(), after, each.slot().position()).orElseThrow();
        assertThat(next.holdsTheSameAs(each)).isFalse();
      }
    }

    /**
     * <i>"KEKs which are needed by the newcomer and do not already exist, are created as in the
     * initial operation. Since the ID can be calculated from the network address, it is easy to
     * select participants having the remaining keys"</i> (3.4).
     *
     * <p><b>Keep</b>: who holds which slots follows from the ids, and heartbeats say who has their
     * keys; a newcomer asks those, far beyond what its introducer shares with it. <b>Leave</b>: the
     * newcomer makes none, and gets none of an epoch from before it came.
     */
    @Test
    void aNewcomerGetsItsKeksFromWhoHasThemAndNoneFromBefore() {
      eighteen();
      FactId before = anna().core.sendingEpoch().orElseThrow();
      Group.Node late = group.join("late", "");
      group.run(20_000);
      assertThat(group.allReadAll()).as(group.show()).isTrue();
      FactId now = late.core.sendingEpoch().orElseThrow();
      Known admit = anna().core.state().newestStay(late.id()).orElseThrow().begunBy();
      Group.Node introducer =
          group.members().stream()
              .filter(node -> node.id().equals(admit.author()))
              .findFirst()
              .orElseThrow();
      int held = 0;
      int beyond = 0;
      for (int position = 0; position < SlotKeys.POSITIONS; position++) {
        assertThat(kek(late, before, position)).isEmpty();
        if (kek(late, now, position).isPresent()) {
          held++;
          beyond += slotsOf(introducer).get(position).equals(slotsOf(late).get(position)) ? 0 : 1;
        }
      }
      assertThat(held).isGreaterThan(16);
      assertThat(beyond).isPositive();
    }

    /**
     * <i>"[The excluder] becoming Key Holder of this new version"</i> and <i>"the current Key
     * Holder of these Keys will perform the version increase"</i> (3.4).
     *
     * <p><b>Keep</b> that every peer is a key holder, <b>leave</b> that a leave makes one: the
     * leaver's slots rest until one of their holders, whose turn it is, gives them fresh keys that
     * owe nothing to the old ones.
     */
    @Test
    void aKeyHolderGivesTheLeaversSlotsFreshKeys() {
      eighteen();
      Group.Node leaver = group.node("m9");
      List<Slot> worn = slotsOf(leaver);
      expelled("m9");
      group.run(45_000);
      int fresh = 0;
      for (Slot slot : worn) {
        Optional<Known> reseal = anna().core.state().standing(slot);
        long holders =
            group.members().stream()
                .filter(node -> slot.isHeldBy(node.id(), Profile.CONFERENCE))
                .count();
        if (holders >= 3) {
          assertThat(reseal).as("%s", slot).isPresent();
          assertThat(anna().core.state().isClean(slot, reseal.get())).as("%s", slot).isTrue();
          assertThat(slot.isHeldBy(reseal.get().author(), Profile.CONFERENCE)).isTrue();
          fresh++;
        }
      }
      assertThat(fresh).isGreaterThan(16);
    }

    /**
     * <i>"It offers the same security to break-in attacks as the schemes discussed above; thanks to
     * its higher resilience to failures, it can be considered stronger against active attacks."</i>
     * (3.4)
     *
     * <p><b>Keep</b>, and nowhere is there a manager to break into: any device, the founder's too,
     * shows its own share of the table, and one expulsion shuts it out.
     */
    @Test
    void whoBreaksIntoADeviceFindsItsShareOfTheTableAndNoMore() {
      five();
      group.run(20_000);
      for (Group.Node node : group.members()) {
        assertThat(node.core.core.slots.allKeks())
            .isNotEmpty()
            .allMatch(kek -> kek.slot().isHeldBy(node.id(), Profile.CONFERENCE));
      }
      Group.Node broken = group.node("dan");
      expelledByAnna("dan");
      settle();
      assertThat(everHeld(broken, tek("anna").epoch())).isFalse();
      assertThat(group.allReadAll()).as(group.show()).isTrue();
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class CollusionAndReplacementKeks {
    /** Two are put out, one after the other; then three more, one at a time. */
    private void script(Consumer<String> expel) {
      for (String name : new String[] {"m8", "m7", "m6", "m5", "m4"}) {
        expel.accept(name);
      }
    }

    /**
     * <i>"Secondly, it contains a new replacement KEK encrypted with both the old KEK and the new
     * TEK for each of the invalid KEKs, so that every participant remaining in the group can update
     * the KEKs it previously had"</i> (3.3).
     *
     * <p><b>Leave</b>: the first to go has an old KEK, the second the TEK that replaced it.
     * Together they have the replacement, and with it every TEK that follows. This is that rule,
     * with real keys.
     */
    @Test
    void byThePapersRuleTwoWhoAreOutOpenEverythingThatFollows() {
      PaperGroup paper = new PaperGroup(32, 2, new SeededEntropy(5));
      for (int i = 0; i < 9; i++) {
        paper.join("m" + i);
      }
      List<PaperGroup.Participant> out = new ArrayList<>();
      List<Boolean> opened = new ArrayList<>();
      script(
          name -> {
            PaperGroup.Participant leaver =
                paper.participants().stream()
                    .filter(each -> each.toString().equals(name))
                    .findFirst()
                    .orElseThrow();
            PaperGroup.Participant excluder = paper.participants().get(0);
            paper.evict(excluder, List.of(leaver));
            out.add(leaver);
            List<PaperGroup.Participant> two = out.subList(0, Math.min(2, out.size()));
            opened.add(
                new Coalition(two.stream().map(PaperGroup.Participant::kept).toList(), paper.wire())
                    .has(excluder.tek(), paper.tekBytes()));
          });
      assertThat(opened).containsExactly(false, true, true, true, true);
    }

    /**
     * The same script and the real cores: everybody who is out pools all that it ever held, drew at
     * random or recorded, and opens nothing that is in use. ({@code PlantedBugsTest} shows that
     * this adversary finds a key where there is one to find.)
     */
    @Test
    void oursWithstandsTheSameScript() {
      Tapped tapped = Tapped.founding(group, "m0");
      for (int i = 1; i < 9; i++) {
        tapped.join("m" + i, "");
      }
      settle();
      script(
          name -> {
            group.node("m0").step(new Input.Expel(group.node(name).device()));
            settle();
            for (Group.Node node : group.members()) {
              assertThat(tapped.adversary.check(node, group.now)).isEmpty();
            }
          });
      assertThat(group.members()).hasSize(4);
      assertThat(tapped.adversary.checked).as("keys in use that were tried").isGreaterThan(20);
      assertThat(tapped.adversary.piecesPooled).as("secrets to try with").isGreaterThan(20);
    }

    /**
     * <i>"they can share their key tables, and thus cover a subgroup defined by the KEKs they do
     * not have in common. Every participant sharing each of his individual KEKs with at least one
     * of the colluding parties is indistinguishable from them in terms of keying material that he
     * holds."</i> (3.3)
     *
     * <p><b>Keep</b> that he is, as far as KEKs go: no wrap is made for him. <b>Leave</b> that he
     * pays for it: his leaf key is his alone, so he is sealed to. With two symbols six who go cover
     * others; those read on, and who went read nothing.
     */
    @Test
    void whoIsCoveredByThoseWhoCollideReadsOnAndTheyDoNot() {
      group.profile = Profile.PAPER;
      Tapped tapped = Tapped.founding(group, "m0");
      for (int i = 1; i < 12; i++) {
        tapped.join("m" + i, "");
      }
      group.run(20_000);
      List<MemberId> out = new ArrayList<>();
      for (int i = 6; i < 12; i++) {
        out.add(group.node("m" + i).id());
        group.node("m0").step(new Input.Expel(group.node("m" + i).device()));
      }
      List<String> covered = new ArrayList<>();
      for (Group.Node node : group.members()) {
        boolean isCovered = true;
        for (int position = 0; position < SlotKeys.POSITIONS; position++) {
          Slot own = node.core.core.slots.own(position);
          isCovered &= out.stream().anyMatch(each -> own.isHeldBy(each, Profile.PAPER));
        }
        if (isCovered && !out.contains(node.id())) {
          covered.add(node.name);
        }
      }
      assertThat(covered).as("in terms of keying material they are the same").isNotEmpty();
      group.run(3_000);
      assertThat(group.members()).hasSize(6).extracting(node -> node.name).containsAll(covered);
      assertThat(group.allReadAll()).as(group.show()).isTrue();
      for (Group.Node node : group.members()) {
        assertThat(tapped.adversary.check(node, group.now)).isEmpty();
      }
    }

    /**
     * <i>"For the same size ID, this will reduce the number of symbols W and thus the number of
     * keys each participant will hold. At the same time, this will increase the number of keys a
     * colluding group needs to hold to k per symbol, requiring at least k conspirators with
     * carefully chosen IDs to become resistant."</i> (3.3)
     *
     * <p><b>Keep</b>: to spend every slot of a position takes k who go. <b>Leave</b> fewer symbols:
     * ids are long enough for 32 whatever k is. And resistant nobody becomes: when no slot is left,
     * all who stay are sealed to.
     */
    @Test
    void itTakesKToSpendAllSlotsOfAPositionAndThenAllAreSealedTo() {
      for (Profile profile : Profile.values()) {
        int k = profile.radix();
        CoverPlanner.Problem fresh = CoverTable.problem(profile, 200, 0, new Random(1));
        int[] clean = new int[SlotKeys.POSITIONS];
        Arrays.fill(clean, (1 << k) - 1);
        for (int gone = 1; gone <= k; gone++) {
          // Of an address that shows one symbol throughout, another one's each time.
          MemberId conspirator = showing(gone - 1, profile);
          for (int position = 0; position < clean.length; position++) {
            clean[position] &= ~(1 << conspirator.hash().symbol(position, profile.symbolBits()));
          }
          int[] holds = new int[fresh.ids().size()];
          Arrays.fill(holds, -1);
          CoverPlanner.Plan plan =
              CoverPlanner.plan(
                  new CoverPlanner.Problem(
                      fresh.ids(),
                      fresh.author(),
                      profile.symbolBits(),
                      holds,
                      clean.clone(),
                      fresh.prices()));
          int wraps = plan.wraps().size() + plan.relays().size();
          if (gone < k) {
            assertThat(wraps).as("%s, %d of %d", profile, gone, k).isPositive();
          } else {
            assertThat(wraps).as("%s, all %d", profile, k).isZero();
            assertThat(plan.seals()).hasSize(fresh.ids().size() - 1);
          }
        }
      }
    }

    private static MemberId showing(int symbol, Profile profile) {
      byte[] bytes = new byte[Hash32.LENGTH];
      int filled = 0;
      for (int bits = 0; bits < 8; bits += profile.symbolBits()) {
        filled |= symbol << bits;
      }
      Arrays.fill(bytes, (byte) filled);
      return new MemberId(Hash32.of(bytes));
    }

    /**
     * <i>"So at group creation time, k should be selected according to the expected conspiracy risk
     * and the cost of re-creating the group or re-joining participants which were accidentally
     * excluded by overspecifying the range."</i> (3.3)
     *
     * <p><b>Keep</b> the time: k stands in the founding, which names the group. <b>Leave</b> what
     * it is selected by: whatever k is, whoever conspires reads nothing, the group is not made anew
     * and nobody joins again. It is selected by what Rekeys cost, for which the README has a table.
     */
    @Test
    void kIsChosenAtTheFoundingAndWhoConspiresReadsNothingWhateverItIs() {
      for (Profile profile : Profile.values()) {
        Group chosen = new Group(11);
        chosen.profile = profile;
        Tapped tapped = Tapped.founding(chosen, "m0");
        for (int i = 1; i < 9; i++) {
          tapped.join("m" + i, "");
        }
        chosen.run(10_000);
        List<MemberId> stay = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          stay.add(chosen.node("m" + i).id());
        }
        script(
            name -> {
              chosen.node("m0").step(new Input.Expel(chosen.node(name).device()));
              chosen.run(4_000);
              for (Group.Node node : chosen.members()) {
                assertThat(tapped.adversary.check(node, chosen.now)).as("%s", profile).isEmpty();
              }
            });
        assertThat(chosen.allReadAll()).as(chosen.show()).isTrue();
        assertThat(chosen.members().stream().map(Group.Node::id).toList())
            .as("%s, nobody joined again", profile)
            .isEqualTo(stay);
        assertThat(tapped.adversary.piecesPooled).isPositive();
      }
    }

    /**
     * <i>"With the Centralized Flat approach, excluding colluding participants is possible by
     * overspecifying the range, i.e. considering all keys held by the colluding participants to be
     * tainted. This will usually exclude a certain amount of valid participants as well, and they
     * will have to re-register with the group manager."</i> (3.3)
     *
     * <p><b>Keep</b> that what any of them held is tainted, <b>leave</b> that others pay for it:
     * whom no clean slot reaches is sealed to. By the paper's rule six at once lock out {@code
     * PaperGroupTest#puttingOutSixTogetherLocksOutOthersToo}; here all who stay read on.
     */
    @Test
    void nobodyElseIsLockedOutWhenSixGo() {
      group.found("anna", "chair", Group.CHAIR_EXPELS);
      for (int i = 0; i < 14; i++) {
        group.join("n" + i, "");
      }
      settle();
      for (int i = 0; i < 6; i++) {
        expelledByAnna("n" + i);
      }
      group.run(3_000);
      assertThat(group.members()).hasSize(9);
      assertThat(group.allReadAll()).as(group.show()).isTrue();
    }

    /**
     * <i>"The minimal number of colluding users needed until they can only be expelled by group
     * re-creation ("resistant") is not limited to two, but can be increased to any arbitrary number
     * […] symbols with any number of values k"</i> (3.3).
     *
     * <p><b>Keep</b> the radix (it makes covers short), <b>leave</b> it as the defence: with the
     * paper's replacement keys two suffice whatever k is.
     */
    @Test
    void aLargerRadixDoesNotMakeThePapersRuleResistant() {
      for (int radix : new int[] {2, 4, 16}) {
        PaperGroup paper = new PaperGroup(32, radix, new SeededEntropy(radix));
        for (int i = 0; i < 30; i++) {
          paper.join("m" + i);
        }
        List<PaperGroup.Participant> all = paper.participants();
        paper.evict(all.get(0), List.of(all.get(29)));
        paper.evict(all.get(0), List.of(all.get(28)));
        Coalition two =
            new Coalition(List.of(all.get(29).kept(), all.get(28).kept()), paper.wire());
        assertThat(two.has(all.get(0).tek(), paper.tekBytes())).as("k = %d", radix).isTrue();
      }
    }

    /**
     * <i>"Increasing k has the drawback that more storage is needed at the Group Manager (the
     * Participants are not affected)."</i> (3.3)
     *
     * <p><b>Keep</b>: each holds one KEK a position at most, whatever k is. Nobody holds the table,
     * so nobody pays for it; that there is no manager is what 3.4 is about.
     */
    @Test
    void aLargerRadixCostsNobodyAnotherKek() {
      for (Profile profile : Profile.values()) {
        FlatKeying peer = new BigGroup(profile, 60, 1).receiver(7);
        assertThat(peer.core.slots.allKeks())
            .hasSizeBetween(SlotKeys.POSITIONS / 2, SlotKeys.POSITIONS)
            .extracting(kek -> kek.slot().position())
            .as(profile.toString())
            .doesNotHaveDuplicates();
      }
    }
  }

  // ---------------------------------------------------------------------------------------------

  @Nested
  class Equals {
    /**
     * <i>"all participants are created equal and nobody has complete knowledge"</i>, and <i>"This
     * scheme is the most resilient to network or node failures because of its inherent self-healing
     * capability"</i> (3.4).
     *
     * <p><b>Keep</b>: not even the founder is needed.
     */
    @Test
    void theGroupGoesOnWithoutItsFounder() {
      five();
      group.node("anna").isDown = true;
      group.node("ben").isDown = true;
      group.node("cora").step(new Input.Expel(group.node("eva").device()));
      group.node("dan").step(new Input.Expel(group.node("eva").device()));
      group.join("late", "");
      group.run(15_000);
      assertThat(group.allReadAll()).as(group.show()).isTrue();
      assertThat(group.members())
          .extracting(node -> node.name)
          .containsExactly("cora", "dan", "late");
    }

    /**
     * <i>"but is also more vulnerable to inside attacks than the others"</i> (3.4).
     *
     * <p><b>Leave</b>: whoever is in can tell the key, here as anywhere; but no participant expels
     * another on its own word.
     */
    @Test
    void noSingleParticipantPutsAnotherOut() {
      five();
      group.node("ben").step(new Input.Expel(group.node("anna").device()));
      settle();
      assertThat(group.members()).hasSize(5);
    }

    /**
     * <i>"an efficient, almost message-free protocol to obtain consensus on contradicting key
     * change requests"</i> (3.4, footnote 6; it was never published).
     *
     * <p><b>Leave</b>: contradicting changes merge. Both stand, neither key is used, and one more
     * Rekey follows.
     */
    @Test
    void contradictingKeyChangesMerge() {
      group.found("anna", "chair", Group.CHAIR_EXPELS);
      for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
        group.join(name, name.equals("ben") ? "chair" : "");
      }
      settle();
      group.node("anna").step(new Input.Expel(group.node("dan").device()));
      group.node("ben").step(new Input.Expel(group.node("eva").device()));
      List<FactId> contradicting = List.of(tek("anna").epoch(), tek("ben").epoch());
      settle();
      assertThat(group.members())
          .extracting(node -> node.name)
          .containsExactly("anna", "ben", "cora");
      assertThat(tek("cora").epoch()).isNotIn(contradicting);
    }

    /**
     * <i>"The other operations such as multiple joins and leaves and group merges can be performed
     * analogous to the description in Section 3.3 when making use of the relays, since no
     * participant is supposed to know more than its share of keys."</i> (3.4)
     *
     * <p><b>Keep</b> for the sides of a partition, which are one group: facts merge by union, one
     * Rekey follows, and nobody rejoins. <b>Leave</b> for groups that were never one: their members
     * join the other, each by its own request.
     */
    @Test
    void sidesThatWereApartAreOneGroupAgainAndNobodyRejoins() {
      group.found("anna", "chair", Group.CHAIR_EXPELS);
      for (String name : new String[] {"ben", "cora", "dan"}) {
        group.join(name, "");
      }
      settle();
      List<MemberId> before = group.members().stream().map(Group.Node::id).toList();
      group.hears = (from, to) -> from.name.compareTo("c") < 0 == to.name.compareTo("c") < 0;
      group.node("anna").step(new Input.Refresh());
      group.node("dan").step(new Input.Refresh());
      group.run(5_000);
      assertThat(tek("anna").epoch()).isNotEqualTo(tek("dan").epoch());
      group.hears = (from, to) -> true;
      settle();
      assertThat(tek("anna").epoch()).isEqualTo(tek("dan").epoch());
      assertThat(group.members().stream().map(Group.Node::id).toList()).isEqualTo(before);
    }
  }
}
