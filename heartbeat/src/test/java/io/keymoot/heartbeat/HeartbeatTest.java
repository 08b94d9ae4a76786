package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * One core and what it is told.
 *
 * <p>Long, but whole: each input and effect of the one core, driven in one way.
 */
class HeartbeatTest {
  private static final FactId EPOCH = People.fact("epoch");
  private final Random random = new Random(9);
  private Roster roster = People.roster(10);
  private MemberId me = People.member(0);
  private Heartbeat core = new Heartbeat(Tick.ZERO, me, random::nextBytes);
  private long now;

  private List<Effect> tell(Input input) {
    return core.step(new Tick(now), input);
  }

  private void begin() {
    tell(new Input.ReachedAt(Bytes.of(new byte[] {7})));
    tell(new Input.Holds(Optional.of(new EpochHeld(EPOCH, 2)), 0b101));
    tell(new Input.Knows(roster, List.of(People.FOUND)));
  }

  /** What it does by itself in this time. */
  private List<Effect> run(long millis) {
    List<Effect> out = new ArrayList<>();
    long until = now + millis;
    while (core.nextDeadline().filter(next -> next.millis() <= until).isPresent()) {
      now = Math.max(now, core.nextDeadline().orElseThrow().millis());
      out.addAll(tell(new Input.Wake()));
    }
    now = until;
    return out;
  }

  private static <T extends Effect> List<T> only(Class<T> kind, List<Effect> effects) {
    return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private List<Beat> beats(long millis) {
    return only(Effect.SendBeat.class, run(millis)).stream().map(Effect.SendBeat::beat).toList();
  }

  private List<Effect> hear(int member, long counter, FactId... unknown) {
    FactId[] heads = unknown.length == 0 ? new FactId[] {People.FOUND} : unknown;
    return tell(
        new Input.Heard(
            People.beat(People.member(member), counter, true, roster, heads),
            List.of(unknown),
            true));
  }

  // ---- what it says

  @Test
  void aHeartbeatSaysWhatThePeerHoldsAndKnows() {
    begin();
    Beat beat = beats(3_000).get(0);
    assertThat(beat.member()).isEqualTo(me);
    assertThat(beat.group()).isEqualTo(People.GROUP);
    assertThat(beat.heads()).containsExactly(People.FOUND);
    assertThat(beat.content().epoch()).contains(new EpochHeld(EPOCH, 2));
    assertThat(beat.content().has(0)).isTrue();
    assertThat(beat.content().has(1)).isFalse();
    assertThat(beat.content().membersDigest()).isEqualTo(roster.digest());
    assertThat(beat.content().address()).isEqualTo(Bytes.of(new byte[] {7}));
  }

  @Test
  void whatSaysSomethingNewIsSignedAndEveryOtherOneBesides() {
    begin();
    List<Beat> idle = beats(60_000);
    for (int i = 0; i < idle.size(); i++) {
      assertThat(idle.get(i).signed()).isEqualTo(i % 2 == 0);
      assertThat(idle.get(i).content().counter()).isEqualTo(i + 1);
    }
    for (Input news :
        List.of(
            new Input.Knows(roster, List.of(People.fact("new"))),
            new Input.Holds(Optional.of(new EpochHeld(EPOCH, 3)), 0b101),
            new Input.Holds(Optional.of(new EpochHeld(EPOCH, 3)), 0b111),
            new Input.ReachedAt(Bytes.of(new byte[] {8})))) {
      List<Beat> before = beats(1_300);
      if (before.isEmpty() || !before.get(before.size() - 1).signed()) {
        before = beats(1_300);
      }
      tell(news);
      assertThat(beats(2_500).get(0).signed()).as(news.toString()).isTrue();
    }
  }

  @Test
  void whoHoldsNoEpochSignsAllItSays() {
    tell(new Input.Knows(roster, List.of(People.FOUND)));
    assertThat(beats(20_000)).isNotEmpty().allMatch(Beat::signed);
  }

  @Test
  void whoIsNotInSaysNothing() {
    tell(
        new Input.Knows(
            People.roster(Profile.CONFERENCE, People.seats(10).subList(1, 10)),
            List.of(People.FOUND)));
    assertThat(core.nextDeadline()).isEmpty();
    begin();
    assertThat(beats(20_000)).isNotEmpty();
    tell(
        new Input.Knows(
            People.roster(Profile.CONFERENCE, People.seats(10).subList(1, 10)),
            List.of(People.FOUND)));
    assertThat(beats(20_000)).isEmpty();
  }

  @Test
  void sameInputsAndEntropySameEffects() {
    List<List<Effect>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Random seeded = new Random(4);
      core = new Heartbeat(Tick.ZERO, me, seeded::nextBytes);
      now = 0;
      begin();
      List<Effect> out = new ArrayList<>();
      for (int i = 1; i < 50; i++) {
        out.addAll(hear(i % 10, i, People.fact("f" + i)));
        out.addAll(tell(new Input.Owed(new Duty.Rekey(), false)));
        out.addAll(run(700));
      }
      runs.add(out);
    }
    assertThat(runs.get(0)).isNotEmpty().isEqualTo(runs.get(1));
  }

  // ---- who is there

  @Test
  void aMemberTurnsFromFreshToQuietToSilent() {
    begin();
    hear(3, 1);
    assertThat(colour(3)).isEqualTo(Colour.FRESH);
    run(6_000);
    assertThat(colour(3)).isEqualTo(Colour.QUIET);
    run(25_000);
    assertThat(colour(3)).isEqualTo(Colour.SILENT);
    hear(3, 2);
    assertThat(colour(3)).isEqualTo(Colour.FRESH);
  }

  private Colour colour(int member) {
    return core.members(new Tick(now)).stream()
        .filter(view -> view.member().equals(People.member(member)))
        .findFirst()
        .orElseThrow()
        .colour();
  }

  @Test
  void theRosterIsStaleWhileFewerThanHalfSignHeartbeats() {
    begin();
    assertThat(core.freshness()).isEqualTo(Freshness.LISTENING);
    for (int i = 1; i <= 4; i++) {
      hear(i, 1);
    }
    List<Effect> fresh = run(6_000);
    assertThat(only(Effect.RosterIs.class, fresh))
        .containsExactly(new Effect.RosterIs(Freshness.FRESH, 5, 10));
    List<Effect> stale = run(20_000);
    assertThat(only(Effect.RosterIs.class, stale))
        .containsExactly(new Effect.RosterIs(Freshness.STALE, 1, 10));
    // Hints are not enough: any member could say them for any other.
    for (int i = 1; i <= 9; i++) {
      tell(
          new Input.Heard(
              People.beat(People.member(i), 2, false, roster, People.FOUND), List.of(), true));
    }
    run(6_000);
    assertThat(core.freshness()).isEqualTo(Freshness.STALE);
  }

  /** An outsider may have kept it from the time before this peer came. */
  @Test
  void whatMayBeARecordingTellsNothingButHeads() {
    begin();
    FactId head = People.fact("head");
    List<Effect> done = new ArrayList<>();
    for (int second = 1; second <= 40; second++) {
      for (int i = 1; i <= 9; i++) {
        Beat beat = People.beat(People.member(i), second, true, roster, People.FOUND);
        done.addAll(tell(new Input.Heard(beat, List.of(), false)));
      }
      done.addAll(run(1_000));
    }
    assertThat(core.freshness()).isEqualTo(Freshness.STALE);
    assertThat(core.members(new Tick(now))).allMatch(view -> view.colour() == Colour.SILENT);
    assertThat(core.said(People.member(3))).isEmpty();
    assertThat(only(Effect.Fetch.class, done)).isEmpty();
    Beat beat = People.beat(People.member(3), 50, true, roster, head);
    tell(new Input.Heard(beat, List.of(head), false));
    assertThat(only(Effect.Fetch.class, run(1_000))).anyMatch(fetch -> isAsked(fetch, 3, head));
    // It is no older for that.
    hear(3, 49);
    assertThat(core.said(People.member(3))).isPresent();
  }

  @Test
  void aBeatIsOldOnceALaterOneOfItsSenderWasHeard() {
    begin();
    Beat first = People.beat(People.member(5), 1, true, roster, People.FOUND);
    Beat second = People.beat(People.member(5), 2, true, roster, People.FOUND);
    assertThat(core.isOld(first)).isFalse();
    tell(new Input.Heard(second, List.of(), true));
    assertThat(core.isOld(first)).isTrue();
    assertThat(core.isOld(second)).isTrue();
    assertThat(core.isOld(People.beat(People.member(5), 3, true, roster, People.FOUND))).isFalse();
  }

  @Test
  void whoHasTheSameFactsAndAnotherRosterIsReportedOnce() {
    begin();
    Roster other = People.roster(9);
    Beat beat = People.beat(People.member(4), 1, true, other, People.FOUND);
    assertThat(tell(new Input.Heard(beat, List.of(), true)))
        .containsExactly(
            new Effect.RosterDisagrees(People.member(4), other.digest(), roster.digest()));
    Beat again = People.beat(People.member(4), 2, true, other, People.FOUND);
    assertThat(tell(new Input.Heard(again, List.of(), true))).isEmpty();
    Beat otherFacts = People.beat(People.member(5), 1, true, other, People.fact("mine not"));
    assertThat(tell(new Input.Heard(otherFacts, List.of(), true))).isEmpty();
    Beat hint = People.beat(People.member(6), 1, false, other, People.FOUND);
    assertThat(tell(new Input.Heard(hint, List.of(), true))).isEmpty();
  }

  @Test
  void holdersOfAKeyAreThoseWhoSaySo() {
    begin();
    Slot slot = new Slot(2, People.member(5).hash().symbol(2, 2));
    says(5, EPOCH, 0b100);
    says(6, EPOCH, 0b000);
    says(7, People.fact("older"), 0b111);
    assertThat(core.holders(EPOCH)).containsExactly(People.member(5), People.member(6));
    assertThat(core.holders(EPOCH, slot)).containsExactly(People.member(5));
  }

  private void says(int member, FactId epoch, int mask) {
    hear(member, 1, new EpochHeld(epoch, 0), mask, Bytes.EMPTY, true);
  }

  private void hear(
      int member, long counter, EpochHeld epoch, int mask, Bytes address, boolean signed) {
    HeartbeatContent content =
        new HeartbeatContent(counter, Optional.of(epoch), mask, Hash32.ZERO, address);
    tell(
        new Input.Heard(
            new Beat(People.GROUP, People.member(member), List.of(People.FOUND), content, signed),
            List.of(),
            true));
  }

  /** Any member can make hints in the name of another. */
  @Test
  void aHintChangesNeitherWhereAMemberIsReachedNorWhatItHolds() {
    begin();
    Slot slot = new Slot(2, People.member(5).hash().symbol(2, 2));
    Bytes address = Bytes.of(new byte[] {5});
    FactId older = People.fact("older");
    hear(5, 1, new EpochHeld(EPOCH, 0), 0b100, address, true);
    List<SlotView> slots = core.slots();
    now += 10_000;
    hear(5, 2, new EpochHeld(EPOCH, 0), 0b011, Bytes.of(new byte[] {6}), false);
    hear(5, 3, new EpochHeld(older, 0), 0b011, Bytes.of(new byte[] {6}), false);
    assertThat(colour(5)).as("it is heard all the same").isEqualTo(Colour.FRESH);
    assertThat(core.said(People.member(5)).orElseThrow().address()).isEqualTo(address);
    assertThat(core.member(People.member(5), new Tick(now)).said())
        .isEqualTo(core.said(People.member(5)));
    assertThat(core.holders(EPOCH, slot)).containsExactly(People.member(5));
    assertThat(core.holders(older)).isEmpty();
    assertThat(core.slots()).isEqualTo(slots);
    // The next that it signs does.
    hear(5, 4, new EpochHeld(older, 0), 0b011, Bytes.of(new byte[] {6}), true);
    assertThat(core.holders(older)).containsExactly(People.member(5));
  }

  @Test
  void whatWasSaidBeforeIsWhatWasSignedLastUnlessAHintContradictedIt() {
    begin();
    Beat signed = People.beat(People.member(5), 1, true, roster, People.FOUND);
    assertThat(core.saidBefore(signed)).isFalse();
    tell(new Input.Heard(signed, List.of(), true));
    Beat hint = People.beat(People.member(5), 2, false, roster, People.FOUND);
    assertThat(core.saidBefore(hint)).isTrue();
    tell(new Input.Heard(hint, List.of(), true));
    Beat next = People.beat(People.member(5), 4, false, roster, People.FOUND);
    assertThat(core.saidBefore(next)).isTrue();
    Beat other = People.beat(People.member(5), 3, false, People.roster(9), People.FOUND);
    tell(new Input.Heard(other, List.of(), true));
    assertThat(core.saidBefore(next)).isFalse();
    tell(new Input.Heard(next, List.of(), true));
    assertThat(core.saidBefore(next)).isTrue();
  }

  // ---- key ownership

  @Test
  void whenAKeyHolderGoesItsSlotsPassToTheNextInLine() {
    begin();
    List<SlotView> before = core.slots();
    assertThat(before).hasSize(Limits.ADDRESS_SYMBOLS * 4);
    assertThat(before.stream().mapToInt(SlotView::members).sum())
        .isEqualTo(10 * Limits.ADDRESS_SYMBOLS);
    MemberId holder =
        before.stream().flatMap(view -> view.keyHolder().stream()).findFirst().orElseThrow();
    List<Roster.Seat> rest =
        People.seats(10).stream().filter(seat -> !seat.member().equals(holder)).toList();
    List<Effect.KeyHolderPassed> passed =
        only(
            Effect.KeyHolderPassed.class,
            tell(new Input.Knows(People.next(roster, rest), List.of(People.FOUND))));
    for (SlotView view : before) {
      boolean its = view.keyHolder().equals(Optional.of(holder));
      Optional<MemberId> next = view.line().stream().skip(1).findFirst();
      Effect.KeyHolderPassed expected =
          new Effect.KeyHolderPassed(view.slot(), Optional.of(holder), next);
      assertThat(passed.contains(expected)).isEqualTo(its);
    }
    assertThat(core.slots().stream().flatMap(view -> view.line().stream())).doesNotContain(holder);
  }

  @Test
  void theTableCountsWhoHasEachSlotsKeyAsOfMyEpoch() {
    begin();
    says(5, EPOCH, -1);
    says(6, People.fact("older"), -1);
    int having = core.slots().stream().mapToInt(SlotView::having).sum();
    // Five has all of its own, and this peer the two it said.
    assertThat(having).isEqualTo(Limits.ADDRESS_SYMBOLS + 2);
  }

  // ---- duties

  private void be(int rekeyRank) {
    me = inLine(rekeyRank);
    core = new Heartbeat(new Tick(now), me, random::nextBytes);
    begin();
  }

  private MemberId inLine(int rekeyRank) {
    return People.seats(10).stream()
        .map(Roster.Seat::member)
        .filter(member -> roster.rank(new Duty.Rekey(), member).equals(Optional.of(rekeyRank)))
        .findFirst()
        .orElseThrow();
  }

  /** What it does at once, with nothing else to read. */
  private List<Effect> owe(Input.Owed owed) {
    List<Effect> out = new ArrayList<>(tell(owed));
    out.addAll(run(0));
    return out;
  }

  /** When it acts, in milliseconds from now; runs until then. */
  private long actsAfter(Duty duty) {
    long from = now;
    for (int i = 0; i < 10_000; i++) {
      List<Effect> out = run(1);
      if (out.contains(new Effect.Act(duty))) {
        return now - from;
      }
    }
    return Long.MAX_VALUE;
  }

  @Test
  void theFirstInLineActsAtOnceAndTheOthersOnePartOfASecondAfterTheOther() {
    long last = -1;
    for (int rank = 0; rank < 10; rank++) {
      be(rank);
      Duty rekey = new Duty.Rekey();
      boolean atOnce = owe(new Input.Owed(rekey, false)).contains(new Effect.Act(rekey));
      assertThat(atOnce).isEqualTo(rank == 0);
      if (!atOnce) {
        long after = actsAfter(rekey);
        double expected = 500 * Math.log(1 + rank) / Math.log(2);
        assertThat((double) after).isBetween(0.94 * expected, 1.06 * expected + 2);
        assertThat(after).isGreaterThan(last);
        last = after - 60;
      }
    }
  }

  @Test
  void whoIsToGoByItIsInNoLineForIt() {
    be(2);
    Duty rekey = new Duty.Rekey();
    List<MemberId> before = List.of(inLine(0), inLine(1));
    assertThat(owe(new Input.Owed(rekey, false, new TreeSet<>(before.subList(0, 1)))))
        .doesNotContain(new Effect.Act(rekey));
    // The other goes as well: now nobody is before me.
    assertThat(owe(new Input.Owed(rekey, false, new TreeSet<>(before))))
        .contains(new Effect.Act(rekey));
    be(2);
    tell(new Input.Owed(rekey, false, new TreeSet<>(List.of(inLine(2)))));
    assertThat(actsAfter(rekey)).as("it is about me").isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatWasDoneByAnotherIsNotDone() {
    be(3);
    tell(new Input.Owed(new Duty.Rekey(), false));
    run(600);
    tell(new Input.Done(new Duty.Rekey()));
    assertThat(actsAfter(new Duty.Rekey())).isEqualTo(Long.MAX_VALUE);
  }

  /** Who is slower than what comes in reads first: it may be told that another did it. */
  @Test
  void aDutyThatIsDueIsNotDoneByAnInputThatIsNotAWake() {
    for (boolean isDoneByAnother : List.of(true, false)) {
      be(0);
      Duty rekey = new Duty.Rekey();
      List<Effect> out = new ArrayList<>(tell(new Input.Owed(rekey, true)));
      for (int i = 1; i < 50; i++) {
        now += 100;
        out.addAll(hear(i % 10, i, People.fact("unread " + i)));
      }
      assertThat(only(Effect.Act.class, out)).isEmpty();
      assertThat(core.nextDeadline().orElseThrow().millis()).isLessThan(now);
      if (isDoneByAnother) {
        tell(new Input.Done(rekey));
      }
      assertThat(tell(new Input.Wake()).contains(new Effect.Act(rekey)))
          .isEqualTo(!isDoneByAnother);
    }
  }

  @Test
  void softRekeysKeepTheirDistanceAndUrgentOnesDoNot() {
    be(0);
    Duty rekey = new Duty.Rekey();
    List<Long> gaps = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      boolean atOnce = owe(new Input.Owed(rekey, false)).contains(new Effect.Act(rekey));
      gaps.add(atOnce ? 0 : actsAfter(rekey));
      tell(new Input.Done(rekey));
      tell(new Input.Rekeyed(0));
    }
    assertThat(gaps).containsExactly(0L, 500L, 1_000L, 2_000L, 2_000L);
    assertThat(owe(new Input.Owed(rekey, true))).contains(new Effect.Act(rekey));
    tell(new Input.Done(rekey));
    tell(new Input.Rekeyed(0));
    run(5_000);
    assertThat(owe(new Input.Owed(rekey, false))).contains(new Effect.Act(rekey));
  }

  /** News took longer than ranks wait for each other, so the later ones give it more time. */
  @Test
  void whereSeveralRekeyedSideBySideAllButTheFirstWaitLongerUntilThereWasCalm() {
    be(3);
    assertThat(waits(false, 0, 0, 0, 0)).isBetween(950L, 1_050L);
    assertThat(waits(false, 0, 0, 0, 1)).isBetween(1_900L, 2_100L);
    assertThat(waits(false, 0, 0, 1, 5)).isBetween(3_800L, 4_200L);
    assertThat(waits(false, 5, 5, 5, 5)).isBetween(3_800L, 4_200L);
    assertThat(waits(false, 5, 5, 5, 0)).isBetween(1_900L, 2_100L);
    assertThat(waits(true, 5, 5, 5, 5) + 2_000).isBetween(950L, 1_050L);
    for (int i = 0; i < 4; i++) {
      tell(new Input.Rekeyed(5));
    }
    run(5_000);
    Duty rekey = new Duty.Rekey();
    owe(new Input.Owed(rekey, false));
    assertThat(actsAfter(rekey)).isBetween(950L, 1_050L);
    be(0);
    assertThat(waits(false, 5, 5, 5, 5)).isZero();
  }

  /** Beyond the distance that soft Rekeys keep, after calm and then as many. */
  private long waits(boolean isUrgent, int... besides) {
    run(5_000);
    for (int beside : besides) {
      tell(new Input.Rekeyed(beside));
    }
    Duty rekey = new Duty.Rekey();
    owe(new Input.Owed(rekey, isUrgent));
    long waits = actsAfter(rekey) - 2_000;
    tell(new Input.Done(rekey));
    return waits;
  }

  @Test
  void aDutyStillOwedIsDoneAgainLaterAndLater() {
    be(0);
    Duty rekey = new Duty.Rekey();
    owe(new Input.Owed(rekey, false));
    assertThat((double) actsAfter(rekey)).isBetween(1_850.0, 2_150.0);
    assertThat((double) actsAfter(rekey)).isBetween(3_700.0, 4_300.0);
  }

  @Test
  void aKeyHolderResealsAfterASecondAllItsSlotsAtOnceAndNobodyElsesSlot() {
    begin();
    List<Slot> mine =
        core.slots().stream()
            .filter(view -> view.keyHolder().equals(Optional.of(me)))
            .map(SlotView::slot)
            .toList();
    assertThat(mine).hasSizeGreaterThan(1);
    Slot notMine = new Slot(0, me.hash().symbol(0, 2) ^ 1);
    tell(new Input.Owed(new Duty.Reseal(notMine), false));
    tell(new Input.Owed(new Duty.Reseal(mine.get(0)), false));
    run(300);
    tell(new Input.Owed(new Duty.Reseal(mine.get(1)), false));
    assertThat(only(Effect.Act.class, run(690))).isEmpty();
    assertThat(only(Effect.Act.class, run(20)))
        .containsExactly(
            new Effect.Act(new Duty.Reseal(mine.get(0))),
            new Effect.Act(new Duty.Reseal(mine.get(1))));
    assertThat(only(Effect.Act.class, run(60_000)))
        .doesNotContain(new Effect.Act(new Duty.Reseal(notMine)));
  }

  @Test
  void whoMovesUpInTheLineActsSooner() {
    be(9);
    Duty rekey = new Duty.Rekey();
    tell(new Input.Owed(rekey, false));
    List<Roster.Seat> few =
        People.seats(10).stream()
            .filter(seat -> roster.rank(rekey, seat.member()).orElseThrow() >= 8)
            .toList();
    tell(new Input.Knows(People.next(roster, few), List.of(People.FOUND)));
    assertThat((double) actsAfter(rekey)).isBetween(450.0, 550.0);
  }

  // ---- facts

  @Test
  void anUnknownHeadIsAskedForFromThoseWhoAnnouncedItAgainAndAgain() {
    begin();
    FactId head = People.fact("head");
    assertThat(hear(3, 1, head)).isEmpty();
    hear(4, 1, head);
    List<Effect.Fetch> asked = only(Effect.Fetch.class, run(60_000));
    assertThat(asked).hasSize(HeartbeatLimits.FETCH_TRIES);
    assertThat(asked).allMatch(fetch -> fetch.facts().equals(List.of(head)));
    assertThat(asked.stream().map(Effect.Fetch::from).distinct())
        .containsExactlyInAnyOrder(People.member(3), People.member(4));
    // Given up, until somebody announces it once more.
    assertThat(core.wanted()).isEmpty();
    hear(3, 2, head);
    assertThat(core.wanted()).hasSize(1);
  }

  /** Its holders may not have it any more, or keep it back; others are ahead now. */
  @Test
  void aHeadAskedForInVainThatTurnsOutToBeAParentIsAskedForAsIfItWereNew() {
    begin();
    FactId head = People.fact("head");
    hear(3, 1, head);
    int before = only(Effect.Fetch.class, run(8_000)).size();
    assertThat(before).isBetween(8, HeartbeatLimits.FETCH_TRIES - 1);
    lackParentOfWhatIsNamedBy(7, head);
    tell(new Input.Lacks(List.of(head)));
    List<Effect.Fetch> asked = only(Effect.Fetch.class, run(20_000));
    assertThat(asked).hasSizeGreaterThanOrEqualTo(HeartbeatLimits.FETCH_TRIES);
    assertThat(asked).anyMatch(fetch -> isAsked(fetch, 7, head));
    // To say the same again makes nothing new of it.
    tell(new Input.Lacks(List.of(head)));
    assertThat(only(Effect.Fetch.class, run(20_000))).hasSizeLessThan(3);
  }

  @Test
  void whatIsLearntIsNotAskedFor() {
    begin();
    FactId head = People.fact("head");
    hear(3, 1, head);
    tell(new Input.Learnt(List.of(head)));
    assertThat(only(Effect.Fetch.class, run(10_000))).isEmpty();
  }

  /** Of a fact that this member names its parent is lacked. */
  private List<Effect> lackParentOfWhatIsNamedBy(int member, FactId parent) {
    FactId child = People.fact("child of " + parent);
    hear(member, 1, child);
    tell(new Input.Learnt(List.of(child)));
    return tell(new Input.Lacks(List.of(parent)));
  }

  @Test
  void parentsAreAskedForAtOnceFromWhoIsAheadUntilTheyAreThere() {
    begin();
    FactId parent = People.fact("parent");
    assertThat(lackParentOfWhatIsNamedBy(7, parent))
        .containsExactly(new Effect.Fetch(People.member(7), List.of(parent)));
    assertThat(only(Effect.Fetch.class, run(100_000)).size()).isBetween(16, 22);
    tell(new Input.Lacks(List.of()));
    assertThat(core.wanted()).isEmpty();
    assertThat(only(Effect.Fetch.class, run(100_000))).isEmpty();
  }

  /** Who keeps a fact back must not keep it from those to whom another would tell it. */
  @Test
  void aParentThatOneKeepsBackIsSoonAskedOfWhoeverIsSeenToHaveIt() {
    begin();
    FactId parent = People.fact("parent");
    // Once ahead of me in something else, as nearly everybody was.
    for (int member : new int[] {4, 5, 6}) {
      FactId earlier = People.fact("earlier, by " + member);
      hear(member, 1, earlier);
      tell(new Input.Learnt(List.of(earlier)));
    }
    lackParentOfWhatIsNamedBy(7, parent);
    tell(new Input.KnowsMore(People.member(7), true));
    run(60_000);
    assertThat(only(Effect.Fetch.class, run(20_000)).size()).as("asking has slowed").isLessThan(3);

    tell(new Input.KnowsMore(People.member(4), true));
    List<Effect.Fetch> asked = only(Effect.Fetch.class, run(10_000));
    assertThat(asked).contains(new Effect.Fetch(People.member(4), List.of(parent)));
    // Said over and over it is nothing new.
    run(60_000);
    for (int i = 0; i < 20; i++) {
      tell(new Input.KnowsMore(People.member(4), true));
    }
    assertThat(only(Effect.Fetch.class, run(20_000)).size()).isLessThan(3);
  }

  /** Some member made up hundreds: so all are asked in vain over and over, and then seldom. */
  @Test
  void whatComesFirstIsAskedOfEverybodyWhoIsAskedAnything() {
    begin();
    List<FactId> lacked = new ArrayList<>(List.of(People.fact("first")));
    for (int i = 0; i < 200; i++) {
      lacked.add(People.fact("made up " + i));
    }
    tell(new Input.Lacks(lacked));
    for (int member : new int[] {4, 5, 6, 7}) {
      tell(new Input.KnowsMore(People.member(member), true));
    }
    run(60_000);
    assertThat(only(Effect.Fetch.class, run(120_000)))
        .hasSizeGreaterThan(20)
        .allMatch(fetch -> fetch.facts().contains(lacked.getFirst()));
  }

  /** Nobody had it, so it was asked for in vain, and then seldom; now here is somebody who has. */
  @Test
  void aParentThatNobodyHadIsSoonAskedOfWhoeverNamesIt() {
    begin();
    FactId parent = People.fact("parent");
    tell(new Input.Lacks(List.of(parent)));
    run(60_000);
    hear(4, 1, parent);
    assertThat(only(Effect.Fetch.class, run(2_000)))
        .contains(new Effect.Fetch(People.member(4), List.of(parent)));
  }

  @Test
  void whoIsSeenToHaveAParentIsNotTheOnlyOneAskedForIt() {
    begin();
    FactId parent = People.fact("parent");
    lackParentOfWhatIsNamedBy(5, parent);
    tell(new Input.KnowsMore(People.member(7), true));
    assertThat(only(Effect.Fetch.class, run(10_000)).stream().map(Effect.Fetch::from).distinct())
        .containsExactlyInAnyOrder(People.member(5), People.member(7));
  }

  /** An outsider can invent any number of those whom nobody knows. */
  @Test
  void strangersAreAskedForAParentButPushOutNobodyWhoIsSeenToHaveIt() {
    begin();
    FactId parent = People.fact("parent");
    tell(new Input.Lacks(List.of(parent)));
    assertThat(only(Effect.Fetch.class, run(60_000))).as("there is nobody to ask").isEmpty();
    tell(new Input.KnowsMore(People.member(100), false));
    assertThat(only(Effect.Fetch.class, run(2_000)))
        .contains(new Effect.Fetch(People.member(100), List.of(parent)));

    tell(new Input.KnowsMore(People.member(4), true));
    for (int i = 0; i < 1_000; i++) {
      tell(new Input.KnowsMore(People.member(100 + i), false));
    }
    assertThat(only(Effect.Fetch.class, run(10_000)))
        .contains(new Effect.Fetch(People.member(4), List.of(parent)));
  }

  @Test
  void inventedHeadsFillNoMoreThanTheirBoundAndDoNotKeepOthersOut() {
    begin();
    for (int i = 0; i < 3_000; i++) {
      hear(3, i + 1, People.fact("invented " + i));
      run(1);
    }
    assertThat(core.wanted()).hasSizeLessThanOrEqualTo(HeartbeatLimits.WANTS);
    run(5_000);
    FactId real = People.fact("real");
    hear(4, 1, real);
    List<Effect.Fetch> asked = only(Effect.Fetch.class, run(5_000));
    assertThat(asked).anyMatch(fetch -> fetch.facts().contains(real));
    assertThat(asked).allMatch(fetch -> fetch.facts().size() <= Limits.SYNC_WANTED);
  }

  private List<Effect.Fetch> hearInvented(int second) {
    FactId[] heads =
        IntStream.range(0, Limits.HEADS)
            .mapToObj(i -> People.fact("invented " + second + " " + i))
            .toArray(FactId[]::new);
    List<Effect.Fetch> asked =
        new ArrayList<>(only(Effect.Fetch.class, hear(3, second + 1, heads)));
    asked.addAll(only(Effect.Fetch.class, run(1_000)));
    return asked;
  }

  /** Each who hears it writes to whatever address that member signs. */
  @Test
  void aMemberThatInventsHeadsIsAskedSeldomAndOthersAtOnceAllTheSame() {
    begin();
    List<Effect.Fetch> asked = new ArrayList<>();
    for (int second = 0; second < 120; second++) {
      asked.addAll(hearInvented(second));
    }
    assertThat(asked)
        .as("what 120 beats make this peer send")
        .hasSizeBetween(HeartbeatLimits.FETCHES_IN_VAIN, HeartbeatLimits.FETCHES_IN_VAIN + 24);

    FactId real = People.fact("real");
    hear(4, 1, real);
    assertThat(hearInvented(120)).anyMatch(fetch -> isAsked(fetch, 4, real));
  }

  /**
   * A member signs facts on parents that it made up, so many that each of them pushes out another:
   * what was lacked for that one is lacked no longer, and nothing came of it.
   */
  @Test
  void aMemberWhoseFactsHangOnInventionsIsAskedSeldomHoweverFastOneTakesTheOthersPlace() {
    begin();
    List<Effect.Fetch> asked = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      FactId parent = People.fact("invented parent " + i);
      asked.addAll(only(Effect.Fetch.class, lackParentOfWhatIsNamedBy(3, parent)));
      asked.addAll(only(Effect.Fetch.class, run(100)));
    }
    assertThat(asked)
        .as("what a minute of this makes this peer send")
        .hasSizeBetween(HeartbeatLimits.FETCHES_IN_VAIN, HeartbeatLimits.FETCHES_IN_VAIN + 12);
  }

  /** Hundreds of parents that a member made up must not stand in line before what another has. */
  @Test
  void whatSomebodyNamedIsAskedBeforeParentsThatNobodyIsSeenToHave() {
    begin();
    FactId child = People.fact("child");
    hear(4, 1, child);
    tell(new Input.Learnt(List.of(child)));
    List<FactId> invented =
        IntStream.range(0, 2_000).mapToObj(i -> People.fact("invented " + i)).toList();
    tell(new Input.Lacks(invented));
    run(60_000);
    FactId real = People.fact("real");
    hear(4, 2, real);
    List<Effect.Fetch> asked =
        only(Effect.Fetch.class, run(HeartbeatLimits.FETCH_PAUSE_MOST + 500));
    assertThat(asked).isNotEmpty();
    assertThat(isAsked(asked.getFirst(), 4, real)).as("the first question asks for it").isTrue();
  }

  /** All are said to be held by one, and it is asked seldom, for it seems to keep them back. */
  private List<FactId> lackHundredsThatOneMadeUp() {
    FactId child = People.fact("child");
    hear(4, 1, child);
    tell(new Input.Learnt(List.of(child)));
    List<FactId> invented =
        IntStream.range(0, 576).mapToObj(i -> People.fact("invented " + i)).toList();
    tell(new Input.Lacks(invented));
    tell(new Input.KnowsMore(People.member(4), true));
    return invented;
  }

  @Test
  void theParentWhoseTurnItIsIsInTheNextQuestionHoweverManyOthersAreLacked() {
    begin();
    List<FactId> invented = lackHundredsThatOneMadeUp();
    run(60_000);
    FactId real = People.fact("real");
    for (int i = 0; i < 3; i++) {
      List<FactId> lacked = new ArrayList<>(List.of(real));
      // It goes on making up more, which nobody was asked for yet.
      for (int more = 0; more < 200; more++) {
        lacked.add(People.fact("invented in round " + i + ", " + more));
      }
      lacked.addAll(invented.subList(0, 300));
      tell(new Input.Lacks(lacked));
      tell(new Input.KnowsMore(People.member(4), true));
      assertThat(isInTheNextQuestion(real)).as("question %s", i).isTrue();
    }
  }

  /** Who names it among the parents of its own facts, too, must not make it stand behind these. */
  @Test
  void whatSomebodyNamedIsAskedBeforeParentsAlsoIfItIsOneOfThem() {
    begin();
    List<FactId> invented = lackHundredsThatOneMadeUp();
    run(60_000);
    FactId real = People.fact("real");
    hear(4, 2, real);
    List<FactId> lacked = new ArrayList<>(invented.subList(0, 300));
    IntStream.range(0, 200).forEach(i -> lacked.addFirst(People.fact("more " + i)));
    lacked.add(real);
    tell(new Input.Lacks(lacked));
    assertThat(isInTheNextQuestion(real)).isTrue();
  }

  private boolean isInTheNextQuestion(FactId fact) {
    List<Effect.Fetch> asked =
        only(Effect.Fetch.class, run(HeartbeatLimits.FETCH_PAUSE_MOST + 500));
    assertThat(asked).isNotEmpty();
    return isAsked(asked.getFirst(), 4, fact);
  }

  /** Four are asked in one go, and strangers can be made up in any number. */
  @Test
  void whatAMemberNamedIsAskedBeforeWhatStrangersNamed() {
    begin();
    for (int i = 0; i < HeartbeatLimits.STRANGE_WANTS; i++) {
      hear(100 + i, 1, People.fact("strange " + i));
    }
    FactId head = People.fact("head");
    hear(4, 1, head);
    List<Effect.Fetch> asked = only(Effect.Fetch.class, run(2_000));
    long before = asked.stream().takeWhile(fetch -> !isAsked(fetch, 4, head)).count();
    assertThat(asked).anyMatch(fetch -> isAsked(fetch, 4, head));
    assertThat(before).isLessThan(HeartbeatLimits.FETCHES_AT_ONCE);
  }

  @Test
  void ofManyParentsEachIsAskedFor() {
    begin();
    List<FactId> lacked = lackHundredsThatOneMadeUp();
    Set<FactId> asked = new HashSet<>();
    only(Effect.Fetch.class, run(16 * HeartbeatLimits.FETCH_PAUSE_MOST))
        .forEach(fetch -> asked.addAll(fetch.facts()));
    assertThat(asked).containsAll(lacked);
  }

  @Test
  void whoGivesWhatItIsAskedForIsAskedAsOftenAsThatGoesOn() {
    begin();
    for (int i = 0; i < 100; i++) {
      FactId parent = People.fact("parent " + i);
      List<Effect> asked = new ArrayList<>(lackParentOfWhatIsNamedBy(7, parent));
      asked.addAll(run(100));
      assertThat(only(Effect.Fetch.class, asked)).anyMatch(fetch -> isAsked(fetch, 7, parent));
      tell(new Input.Learnt(List.of(parent)));
    }
  }

  @Test
  void oneIsAskedForAllThatItHasAndNotForEachByItself() {
    begin();
    FactId[] heads =
        IntStream.range(0, Limits.HEADS)
            .mapToObj(i -> People.fact("head " + i))
            .toArray(FactId[]::new);
    for (int i = 0; i < heads.length; i++) {
      hear(3, i + 1, heads[i]);
      run(5);
    }
    List<Effect.Fetch> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      List<Effect.Fetch> now = only(Effect.Fetch.class, run(HeartbeatLimits.FETCH_BREATH));
      assertThat(now).hasSizeLessThanOrEqualTo(1);
      asked.addAll(now);
    }
    assertThat(asked.stream().flatMap(fetch -> fetch.facts().stream())).contains(heads);
  }

  /** Its address is as an outsider likes it. */
  @Test
  void aStrangerToo() {
    begin();
    List<FactId> parents =
        IntStream.range(0, 40).mapToObj(i -> People.fact("parent " + i)).toList();
    tell(new Input.Lacks(parents));
    tell(new Input.KnowsMore(People.member(100), false));
    List<Effect.Fetch> asked = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<Effect.Fetch> now = only(Effect.Fetch.class, run(HeartbeatLimits.FETCH_BREATH));
      assertThat(now).hasSizeLessThanOrEqualTo(1);
      asked.addAll(now);
    }
    assertThat(asked.stream().flatMap(fetch -> fetch.facts().stream()).distinct())
        .containsExactlyInAnyOrderElementsOf(parents);
  }

  /** As anybody on the network can make them: nobody can check who says it. */
  @Test
  void aFloodOfStrangersKeepsNeitherAHeadNorAParentFromBeingAskedOfMembers() {
    begin();
    FactId head = People.fact("head");
    FactId parent = People.fact("parent");
    List<Effect.Fetch> asked = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      hear(100 + i, 1, People.fact("invented " + i), head);
      if (i == 3_000) {
        hear(4, 1, head);
        asked.addAll(only(Effect.Fetch.class, lackParentOfWhatIsNamedBy(7, parent)));
      }
      asked.addAll(only(Effect.Fetch.class, run(1)));
      assertThat(core.wanted()).hasSizeLessThanOrEqualTo(HeartbeatLimits.STRANGE_WANTS + 3);
    }
    assertThat(asked).anyMatch(fetch -> isAsked(fetch, 4, head));
    assertThat(
            asked.stream()
                .filter(fetch -> fetch.facts().contains(parent) && !isStranger(fetch.from()))
                .count())
        .isGreaterThanOrEqualTo(3);
    assertThat(asked.stream().filter(fetch -> isStranger(fetch.from())).count())
        .as("what 6,000 packets make this peer send in six seconds")
        .isLessThan(300);
  }

  private static boolean isAsked(Effect.Fetch fetch, int member, FactId fact) {
    return fetch.from().equals(People.member(member)) && fetch.facts().contains(fact);
  }

  private boolean isStranger(MemberId member) {
    return !roster.contains(member);
  }

  @Test
  void whatAStrangerNamesMakesRoomForWhatMembersName() {
    begin();
    for (int i = 0; i < HeartbeatLimits.STRANGE_WANTS; i++) {
      hear(100, i + 1, People.fact("strange " + i));
    }
    for (int i = 0; core.wanted().size() < HeartbeatLimits.WANTS; i++) {
      hear(3, i + 1, People.fact("named " + i));
    }
    FactId parent = People.fact("parent");
    tell(new Input.Lacks(List.of(parent)));
    assertThat(core.wanted()).contains(parent).doesNotContain(People.fact("strange 0"));
    FactId head = People.fact("head");
    hear(4, 1, head);
    assertThat(core.wanted()).contains(head);
  }

  /** Who is made up may well be there first. */
  @Test
  void aStrangerThatComesAfterManyHasItsTurnToo() {
    begin();
    FactId head = People.fact("head");
    for (int i = 0; i < 3 * HeartbeatLimits.STRANGERS_OF_A_WANT; i++) {
      hear(100 + i, 1, head);
    }
    List<Effect.Fetch> asked = new ArrayList<>();
    for (int beat = 1; beat <= 10; beat++) {
      hear(200, beat, head);
      asked.addAll(only(Effect.Fetch.class, run(1_000)));
    }
    assertThat(asked).anyMatch(fetch -> isAsked(fetch, 200, head));
    assertThat(asked).anyMatch(fetch -> !isAsked(fetch, 200, head));
  }

  /** Facts that are here wait for it, and nobody says so again. */
  @Test
  void headsThatAMemberInventsDoNotKeepAParentFromBeingAskedFor() {
    begin();
    for (int i = 0; core.wanted().size() < HeartbeatLimits.WANTS; i++) {
      hear(3, i + 1, People.fact("invented " + i));
    }
    FactId parent = People.fact("parent");
    tell(new Input.Lacks(List.of(parent)));
    assertThat(core.wanted()).contains(parent).hasSize(HeartbeatLimits.WANTS);
  }

  /** Whom this peer's facts do not know yet may be the only one to have something. */
  @Test
  void aHeadThatAStrangerNamesIsAskedOfIt() {
    begin();
    FactId head = People.fact("head");
    hear(100, 1, head);
    assertThat(only(Effect.Fetch.class, run(1_000)))
        .contains(new Effect.Fetch(People.member(100), List.of(head)));
    // And of those who are members, as soon as one of them names it.
    hear(4, 1, head);
    assertThat(only(Effect.Fetch.class, run(3_000)))
        .contains(new Effect.Fetch(People.member(4), List.of(head)));
  }

  @Test
  void ownFactsAreRepeatedThreeTimes() {
    begin();
    FactId own = People.fact("own");
    tell(new Input.Said(own));
    List<Long> at = new ArrayList<>();
    long from = now;
    for (int i = 0; i < 12_000; i++) {
      if (run(1).contains(new Effect.Repeat(own))) {
        at.add(now - from);
      }
    }
    assertThat(at).containsExactly(500L, 2_000L, 8_000L);
  }
}
