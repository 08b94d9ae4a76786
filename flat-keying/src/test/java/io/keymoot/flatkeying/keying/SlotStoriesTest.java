package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stories of the slot table that a {@link KeyingScenario} cannot tell: they compare the keys. */
class SlotStoriesTest {
  private final Group group = new Group(3);
  private final List<Bytes> said = new ArrayList<>();

  private void found(int members, Profile profile) {
    group.profile = profile;
    group.resealEachMillis = 5_000;
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            said.add(message);
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    group.found("p0", "chair", Group.CHAIR_EXPELS);
    for (int i = 1; i < members; i++) {
      group.join("p" + i, "");
      group.run(50);
    }
    group.run(25_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(members);
  }

  private CoverReport expel(String by, String... who) {
    Group.Node excluder = group.node(by);
    for (String each : who) {
      excluder.step(new Input.Expel(group.node(each).device()));
    }
    return excluder.core.lastCover().orElseThrow();
  }

  private static List<CoverReport.Line> lines(CoverReport report, CoverReport.Kind kind) {
    return report.lines().stream().filter(line -> line.kind() == kind).toList();
  }

  private long count(Class<? extends SideMessage> kind) {
    return said.stream()
        .filter(
            message ->
                SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                    && kind.isInstance(ok.value()))
        .count();
  }

  private void allReadAfter(long millis) {
    group.run(millis);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  // ---- the quiet hours

  @Test
  void everySharedSlotIsSoonCleanAndHeldByAllWhoseAddressShowsIt() {
    found(12, Profile.CONFERENCE);
    int shared = 0;
    for (Group.Node node : group.members()) {
      for (SlotOwnership slot : node.core.slotTable()) {
        boolean isShared = slot.members() >= 3;
        assertThat(slot.clean()).as(slot.toString()).isEqualTo(isShared);
        if (slot.own() && isShared) {
          assertThat(slot.held()).as("%s of %s", slot, node).isTrue();
          assertThat(slot.version()).isEqualTo(slot.reseal());
          shared++;
        }
      }
    }
    assertThat(shared).isGreaterThan(100);
    assertThat(keksAgree()).isGreaterThan(100);
  }

  /** Whoever holds a slot's KEK of the running epoch holds the same as the others; how many do. */
  private int keksAgree() {
    int pairs = 0;
    for (Group.Node one : group.members()) {
      FactId epoch = one.core.sendingEpoch().orElseThrow();
      for (Group.Node other : group.members()) {
        for (int position = 0; position < SlotKeys.POSITIONS; position++) {
          var mine = one.core.core.slots.kek(epoch, position);
          var its = other.core.core.slots.kek(epoch, position);
          boolean same =
              one.core.core.slots.own(position).equals(other.core.core.slots.own(position));
          if (one != other && same && mine.isPresent() && its.isPresent()) {
            assertThat(mine.get().holdsTheSameAs(its.get())).isTrue();
            pairs++;
          }
        }
      }
    }
    return pairs;
  }

  @Test
  void anExpulsionTakesAFewWrapsAndNobodyHasToAsk() {
    found(12, Profile.CONFERENCE);
    said.clear();
    CoverReport report = expel("p0", "p5");
    group.run(40);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(count(io.keymoot.flatkeying.message.Need.class)).isZero();
    assertThat(lines(report, CoverReport.Kind.WRAP)).isNotEmpty();
    assertThat(report.multicastBytes()).isLessThan(900);
    Group.Node gone = group.node("p5");
    assertThat(gone.canOpen(group.node("p0").sendingKey().orElseThrow())).isFalse();
    // Whom each entry reaches, and why, is told; nobody twice and nobody left out.
    List<Object> reached = new ArrayList<>();
    report.lines().forEach(line -> reached.addAll(line.members()));
    assertThat(reached).doesNotHaveDuplicates().hasSize(10);
    assertThat(report.lines()).allSatisfy(line -> assertThat(line.why()).isNotEmpty());
  }

  /** Without what went beside it: the author's credential is no part of the fact. */
  private static CoverReport coverOf(CoverReport sent) {
    List<CoverReport.Line> cover = new ArrayList<>(sent.lines());
    int beside = 0;
    for (CoverReport.Line line : sent.lines()) {
      if (line.kind() == CoverReport.Kind.CREDENTIAL) {
        cover.remove(line);
        beside += line.bytes();
      }
    }
    return new CoverReport(sent.bytes() - beside, cover, sent.unreached());
  }

  @Test
  void theOthersSeeOfACoverWhatItsAuthorTold() {
    found(12, Profile.CONFERENCE);
    for (String out : List.of("p3", "p4", "p5", "p6")) {
      CoverReport told = coverOf(expel("p0", out));
      FactId epoch = group.node("p0").core.sendingEpoch().orElseThrow();
      group.run(1_200);
      for (Group.Node each : group.members()) {
        CoverReport seen = each.core.coverOf(epoch).orElseThrow();
        assertThat(entries(seen)).as("%s, %s", out, each).isEqualTo(entries(told));
        assertThat(seen.bytes()).isEqualTo(told.bytes());
        assertThat(seen.unreached()).isEmpty();
        assertThat(seen.lines().stream().mapToInt(CoverReport.Line::reaches).sum())
            .isEqualTo(group.members().size() - 1);
      }
    }
  }

  /** Which entries there are, whoever they reach. */
  private static List<String> entries(CoverReport report) {
    return report.lines().stream()
        .map(line -> line.kind() + " " + line.slot() + " " + line.relay() + " " + line.bytes())
        .sorted()
        .toList();
  }

  @Test
  void whoJoinedHasItsSlotsWithTheNextEpochAndNoneFromBefore() {
    found(11, Profile.CONFERENCE);
    FactId before = group.node("p0").core.sendingEpoch().orElseThrow();
    Group.Node late = group.join("late", "");
    group.run(1_000);
    assertThat(late.core.isMember()).isTrue();
    assertThat(late.core.core.slots.held(before)).isZero();
    group.run(15_000);
    assertThat(Integer.bitCount(late.core.haveMask())).isGreaterThan(20);
    assertThat(late.core.core.slots.held(before)).isZero();
    assertThat(keksAgree()).isGreaterThan(100);
  }

  // ---- relays

  @Test
  void survivorsRelayToThoseWhomTheExcludersSlotsDoNotReach() {
    found(12, Profile.CONFERENCE);
    CoverReport report = expelUntilRelayed();
    group.run(100);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(count(io.keymoot.flatkeying.message.Need.class)).isZero();
    assertThat(count(Relay.class)).isPositive();
    for (CoverReport.Line line : lines(report, CoverReport.Kind.RELAY)) {
      assertThat(line.relay()).isPresent();
      assertThat(line.slot()).isPresent();
    }
  }

  /** Its order and the Relay take twice as long as a seal, and asking in between helps nobody. */
  @Test
  void whoSeesThatRelaysWereOrderedGivesThemTime() {
    found(12, Profile.CONFERENCE);
    group.maxDelayMillis = 110;
    expelUntilRelayed();
    group.run(1_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(count(Relay.class)).isPositive();
    assertThat(count(io.keymoot.flatkeying.message.Need.class)).isZero();
  }

  /** One after the other, until slots are so worn that somebody must relay. */
  private CoverReport expelUntilRelayed() {
    for (String who : List.of("p3", "p4", "p5", "p6")) {
      said.clear();
      CoverReport report = expel("p0", who);
      if (!lines(report, CoverReport.Kind.RELAY).isEmpty()) {
        return report;
      }
      group.run(1_200);
    }
    throw new AssertionError("no expulsion took a relay");
  }

  // ---- resealing

  @Test
  void slotsOfWhoIsOutAreResealedAndServeAgain() {
    found(12, Profile.CONFERENCE);
    expel("p0", "p5");
    Group.Node anna = group.node("p0");
    long uncleanBefore = unclean(anna);
    assertThat(uncleanBefore).isPositive();
    group.run(20_000);
    assertThat(unclean(anna)).isZero();
    assertThat(keksAgree()).isGreaterThan(100);
  }

  /** Slots of three and more that are not clean. */
  private static long unclean(Group.Node node) {
    return node.core.slotTable().stream()
        .filter(slot -> slot.members() >= 3 && !slot.clean())
        .count();
  }

  @Test
  void aResealDuringARekeyIsTakenInByTheNext() {
    found(12, Profile.CONFERENCE);
    expel("p0", "p5");
    // Let it come to a Reseal, and put somebody out in the very moment.
    int before = said.size();
    while (said.subList(before, said.size()).stream().noneMatch(SlotStoriesTest::isReseal)) {
      group.run(1);
    }
    expel("p0", "p6");
    allReadAfter(1_500);
    group.run(20_000);
    assertThat(unclean(group.node("p0"))).isZero();
    assertThat(keksAgree()).isGreaterThan(80);
    assertThat(group.node("p6").canOpen(group.node("p1").sendingKey().orElseThrow())).isFalse();
  }

  private static boolean isReseal(Bytes message) {
    return FactCodec.decode(message) instanceof Decoded.Ok<io.keymoot.flatkeying.fact.Envelope> ok
        && ok.value().fact() instanceof Reseal;
  }

  @Test
  void halvesThatResealedApartAgreeOnOneKeyOfEachSlot() {
    found(14, Profile.PAPER);
    List<Group.Node> left = group.members().subList(0, 7);
    group.hears = (from, to) -> left.contains(from) == left.contains(to);
    expel("p0", "p6");
    // The other side loses somebody too: it leaves.
    group.node("p13").step(new Input.Leave());
    group.run(20_000);
    List<Known> ours = group.node("p0").core.state().usable();
    List<Known> theirs = group.node("p8").core.state().usable();
    assertThat(ours).isNotEqualTo(theirs);
    assertThat(unclean(group.node("p0"))).isZero();
    group.hears = (from, to) -> true;
    group.run(30_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(12);
    assertThat(unclean(group.node("p0"))).isZero();
    assertThat(keksAgree()).isGreaterThan(200);
  }
}
