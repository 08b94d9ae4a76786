package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.SectionFiveOracle.Rule;
import io.keymoot.flatkeying.group.SectionFiveOracle.Stay;
import io.keymoot.flatkeying.group.SectionFiveOracle.Valid;
import io.keymoot.flatkeying.group.SectionFiveOracle.Validity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The rules themselves, on random stories: what section 5 promises must follow from its words. The
 * stories are also looked at: one that never breaks a rule tries none.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RandomFactsTest {
  private static final int SEEDS = 150;
  private static final int FACTS = 40;

  private record Told(RandomFacts.Story story, SectionFiveOracle oracle) {}

  private List<Told> told = List.of();

  @BeforeAll
  void tellStories() {
    told =
        IntStream.range(0, SEEDS)
            .parallel()
            .mapToObj(
                seed -> {
                  RandomFacts.Story story = RandomFacts.tell(seed, FACTS, AgreementTest::digest);
                  SectionFiveOracle oracle = oracle(story);
                  story.facts().forEach(oracle::add);
                  return new Told(story, oracle);
                })
            .toList();
  }

  private static SectionFiveOracle oracle(RandomFacts.Story story) {
    return new SectionFiveOracle(
        story.credentials(), story.credentials(), AgreementTest::digest, story.scribe());
  }

  // ---- the stories

  @Test
  void theSameSeedTellsTheSameStory() {
    for (int seed = 0; seed < 5; seed++) {
      assertThat(RandomFacts.tell(seed, FACTS, AgreementTest::digest).facts())
          .isEqualTo(RandomFacts.tell(seed, FACTS, AgreementTest::digest).facts());
    }
  }

  @Test
  void everyRuleIsKeptAndBrokenSomewhere() {
    Set<Rule> broken = EnumSet.noneOf(Rule.class);
    SortedSet<String> kept = new TreeSet<>();
    for (Told each : told) {
      for (int m = 0; m < each.oracle.size(); m++) {
        Validity validity = each.oracle.validity(m);
        if (validity instanceof SectionFiveOracle.Invalid(Rule rule)) {
          broken.add(rule);
        } else if (validity instanceof SectionFiveOracle.Waits) {
          kept.add("waits");
        } else {
          note(kept, each.oracle, m);
        }
      }
    }
    assertThat(broken)
        .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(Rule.FOUND)));
    assertThat(kept)
        .contains(
            "Found",
            "Admit",
            "Here",
            "Rekey",
            "Reseal",
            "waits",
            "Left",
            "Expelled",
            "Absent",
            "OutOfOrder",
            "BadCredential",
            "refused row",
            "void",
            "fault");
  }

  private static void note(SortedSet<String> kept, SectionFiveOracle oracle, int m) {
    kept.add(oracle.fact(m).fact().getClass().getSimpleName());
    if (oracle.fact(m).fact() instanceof Rekey rekey) {
      for (Target target : rekey.targets()) {
        kept.add(
            target instanceof Target.Faulty faulty
                ? faulty.proof().getClass().getSimpleName()
                : target.getClass().getSimpleName());
      }
    }
    if (oracle.fact(m).fact() instanceof Admit admit
        && oracle.stays(m).size() < admit.rows().size()) {
      kept.add("refused row");
    }
    BitSet set = oracle.pastAnd(m);
    if (oracle.staysIn(set).stream().anyMatch(s -> oracle.isVoid(set, s))) {
      kept.add("void");
    }
    if (!oracle.faults(set).isEmpty()) {
      kept.add("fault");
    }
  }

  @Test
  void theHonestAreNeverFaulty() {
    for (Told each : told) {
      SortedSet<MemberId> faulty = each.oracle.faults(each.oracle.allValid());
      faulty.retainAll(each.story.honest());
      assertThat(faulty).isEmpty();
    }
  }

  // ---- what the rules promise

  @Test
  void overOnlyGrowsAndWhatIsValidStaysValid() {
    for (Told each : told) {
      SectionFiveOracle fresh = oracle(each.story);
      SortedSet<FactId> valid = new TreeSet<>();
      BitSet set = new BitSet();
      SortedSet<?> before = new TreeSet<>();
      for (Envelope fact : each.story.facts()) {
        int m = fresh.add(fact);
        if (fresh.isValid(m)) {
          valid.add(fact.id());
          set.set(m);
          SortedSet<?> over = fresh.overIds(set);
          assertThat(over.containsAll(before)).isTrue();
          before = over;
        }
        valid.forEach(id -> assertThat(fresh.validity(fresh.number(id))).isInstanceOf(Valid.class));
      }
    }
  }

  @Test
  void theOrderOfLearningChangesNothing() {
    for (Told each : told.subList(0, 60)) {
      List<Envelope> left = new ArrayList<>(each.story.facts());
      Collections.shuffle(left, new Random(left.size()));
      SectionFiveOracle other = oracle(each.story);
      while (!left.isEmpty()) {
        left.removeIf(
            fact -> {
              boolean now = other.canAdd(fact);
              if (now) {
                other.add(fact);
              }
              return now;
            });
      }
      BitSet here = each.oracle.allValid();
      BitSet there = other.allValid();
      assertThat(other.ids(there)).isEqualTo(each.oracle.ids(here));
      assertThat(other.members(there)).isEqualTo(each.oracle.members(here));
      assertThat(other.overIds(there)).isEqualTo(each.oracle.overIds(here));
      assertThat(other.usable(there)).isEqualTo(each.oracle.usable(here));
    }
  }

  /** P5, as far as facts go: an epoch that is used was made by, and for, nobody who is out. */
  @Test
  void whoIsOutIsInNoUsableEpoch() {
    for (Told each : told) {
      SectionFiveOracle oracle = each.oracle;
      for (BitSet set : sets(each)) {
        for (FactId x : oracle.usable(set)) {
          SortedSet<MemberId> then = oracle.members(oracle.pastAnd(oracle.number(x)));
          assertThat(oracle.members(set)).containsAll(then);
          assertThat(then).contains(oracle.fact(oracle.number(x)).header().author());
        }
      }
    }
  }

  /**
   * P10: after its expulsion a device is in only by a pardon, or by a Here that the rule allows.
   */
  @Test
  void anExpelledDeviceIsInOnlyByWhatCameAfterItsExpulsion() {
    for (Told each : told) {
      SectionFiveOracle oracle = each.oracle;
      for (BitSet set : sets(each)) {
        SortedSet<Stay> over = oracle.over(set);
        set.stream()
            .filter(x -> oracle.fact(x).fact() instanceof Rekey)
            .forEach(
                x -> {
                  for (Target target : ((Rekey) oracle.fact(x).fact()).targets()) {
                    if (target instanceof Target.Expelled expelled) {
                      liveStays(oracle, set, over, expelled.device())
                          .forEach(s -> assertThat(oracle.past(s.begunBy()).get(x)).isTrue());
                    }
                  }
                });
      }
    }
  }

  private static List<Stay> liveStays(
      SectionFiveOracle oracle, BitSet set, SortedSet<Stay> over, Fingerprint device) {
    return oracle.staysIn(set).stream()
        .filter(s -> s.device().equals(device) && !over.contains(s))
        .toList();
  }

  /** P10: who is out, by an end beside which it now lets somebody in, lets nobody in. */
  @Test
  void aNewcomerOfWhoIsOutIsNotInUnlessAnotherLetItIn() {
    int tried = 0;
    for (Told each : told) {
      SectionFiveOracle oracle = each.oracle;
      BitSet all = oracle.allValid();
      for (int e = all.nextSetBit(0); e >= 0; e = all.nextSetBit(e + 1)) {
        if (!(oracle.fact(e).fact() instanceof Admit)) {
          continue;
        }
        BitSet past = oracle.past(e);
        int admit = e;
        boolean hardEndedBeside =
            oracle.rests(e).stream()
                .allMatch(
                    u ->
                        oracle.hardEnds(all, u).stream()
                            .anyMatch(x -> !past.get(x) && !oracle.past(x).get(admit)));
        if (hardEndedBeside) {
          tried++;
          assertThat(oracle.over(all)).containsAll(oracle.stays(e));
        }
      }
    }
    assertThat(tried).as("there were such Admits").isGreaterThan(100);
  }

  @Test
  void whoIsVoidHasNoWayBackOfItsOwn() {
    for (Told each : told) {
      SectionFiveOracle oracle = each.oracle;
      BitSet all = oracle.allValid();
      for (int h = all.nextSetBit(0); h >= 0; h = all.nextSetBit(h + 1)) {
        if (oracle.fact(h).fact() instanceof Here) {
          BitSet past = oracle.past(h);
          assertThat(oracle.rests(h)).isNotEmpty().noneMatch(u -> oracle.isVoid(past, u));
        }
      }
    }
  }

  @Test
  void aProofOfDisorderNeverHoldsAgainstTheHonest() {
    for (Told each : told) {
      for (int m = 0; m < each.oracle.size(); m++) {
        if (each.oracle.isValid(m) && each.oracle.fact(m).fact() instanceof Rekey rekey) {
          for (Target target : rekey.targets()) {
            if (target instanceof Target.Faulty faulty
                && faulty.proof() instanceof FaultProof.OutOfOrder) {
              assertThat(each.story.honest()).doesNotContain(faulty.member());
            }
          }
        }
      }
    }
  }

  /** All that is valid; what each honest member has at the end; the past of each fact. */
  private static List<BitSet> sets(Told each) {
    List<BitSet> sets = new ArrayList<>();
    sets.add(each.oracle.allValid());
    each.story.vouches().stream()
        .filter(vouch -> each.story.honest().contains(vouch.member()))
        .forEach(vouch -> sets.add(each.oracle.closure(vouch.heads()).orElseThrow()));
    for (int m = 0; m < each.oracle.size(); m += 3) {
      if (each.oracle.isValid(m)) {
        sets.add(each.oracle.pastAnd(m));
      }
    }
    return sets;
  }
}
