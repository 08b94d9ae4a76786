package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The state against the oracle, on random stories with a back-dating adversary, and against itself
 * when the facts come in another order. {@code -Dseeds=N} for more, {@code -Dfirst=S} to start
 * elsewhere.
 */
class AgreementTest {
  private static final int SEEDS = Integer.getInteger("seeds", 2_000);
  private static final int FIRST = Integer.getInteger("first", 0);
  private static final int FACTS = 26;

  private record Name(Hash32 hash) implements IdMap.Keyed {}

  static Hash32 digest(SortedSet<MemberId> members) {
    IdMap<Name> map = IdMap.empty();
    for (MemberId member : members) {
      map = map.with(new Name(member.hash()));
    }
    return map.digest();
  }

  /** One pass for both claims: telling a story and checking its signatures costs most. */
  @Test
  void theStateIsWhatSectionFiveSaysWordForWordInEveryOrderOfArrival() {
    IntStream.range(FIRST, FIRST + SEEDS)
        .parallel()
        .forEach(
            seed -> {
              RandomFacts.Story story = RandomFacts.tell(seed, FACTS, AgreementTest::digest);
              story.credentials().fetchAll();
              agreesWithTheOracle(seed, story);
              doesNotDependOnTheOrderAndOverOnlyGrows(seed, story);
            });
  }

  /** Where one rule refuses and another waits for a credential, either may be said first. */
  @Test
  void whatWaitsForACredentialIsDecidedAlikeOnceItIsFetched() {
    IntStream.range(FIRST, FIRST + Math.min(SEEDS, 300))
        .parallel()
        .forEach(
            seed -> {
              RandomFacts.Story story = RandomFacts.tell(seed, FACTS, AgreementTest::digest);
              SectionFiveOracle oracle =
                  new SectionFiveOracle(
                      story.credentials(),
                      story.credentials(),
                      AgreementTest::digest,
                      story.scribe());
              Ledger ledger = ledger(story);
              for (Envelope fact : story.facts()) {
                int number = oracle.add(fact);
                Ledger.Decision before = ledger.decide(fact);
                boolean fits =
                    switch (oracle.validity(number)) {
                      case SectionFiveOracle.Valid valid -> before instanceof Ledger.Decision.Valid;
                      case SectionFiveOracle.Waits waits ->
                          before instanceof Ledger.Decision.LacksCredential
                              || before instanceof Ledger.Decision.LacksParents;
                      case SectionFiveOracle.Invalid no ->
                          !(before instanceof Ledger.Decision.Valid);
                    };
                assertThat(fits)
                    .as("seed %d: %s, %s", seed, oracle.validity(number), before)
                    .isTrue();
              }
              story.credentials().fetchAll();
              for (Envelope fact : story.facts()) {
                assertThat(ledger.decide(fact) instanceof Ledger.Decision.Valid)
                    .as("seed %d, fetched: %s", seed, fact.header())
                    .isEqualTo(oracle.isValid(oracle.number(fact.id())));
              }
              compare(seed, oracle, oracle.allValid(), ledger);
            });
  }

  static void agreesWithTheOracle(int seed, RandomFacts.Story story) {
    SectionFiveOracle oracle =
        new SectionFiveOracle(
            story.credentials(), story.credentials(), AgreementTest::digest, story.scribe());
    Ledger ledger = ledger(story);
    for (Envelope fact : story.facts()) {
      int number = oracle.add(fact);
      Ledger.Decision decision = ledger.decide(fact);
      assertThat(decision instanceof Ledger.Decision.Valid)
          .as("seed %d: %s %s: %s", seed, oracle.validity(number), fact.header(), decision)
          .isEqualTo(oracle.isValid(number));
    }
    BitSet all = oracle.allValid();
    compare(seed, oracle, all, ledger);
    // And some sets in the middle, as peers with partial views hold them.
    Random random = new Random(seed);
    for (int i = 0; i < 3; i++) {
      BitSet some = new BitSet();
      for (int m = all.nextSetBit(0); m >= 0; m = all.nextSetBit(m + 1)) {
        if (random.nextInt(4) == 0) {
          some.or(oracle.pastAnd(m));
        }
      }
      if (!some.isEmpty()) {
        compare(seed, oracle, some, ledger);
      }
    }
  }

  static void doesNotDependOnTheOrderAndOverOnlyGrows(int seed, RandomFacts.Story story) {
    List<Envelope> shuffled = new ArrayList<>(story.facts());
    Collections.shuffle(shuffled, new Random(~seed));
    Map<String, String> first = new TreeMap<>();
    Map<FactId, Boolean> validity = new LinkedHashMap<>();
    for (List<Envelope> order : List.of(story.facts(), shuffled)) {
      Ledger ledger = ledger(story);
      GroupState state = GroupState.NOTHING;
      SortedSet<StayId> over = new TreeSet<>();
      List<Envelope> left = new ArrayList<>(order);
      for (boolean moved = true; moved; ) {
        moved = false;
        for (Envelope fact : List.copyOf(left)) {
          Ledger.Decision decision = ledger.decide(fact);
          if (decision instanceof Ledger.Decision.LacksParents) {
            continue;
          }
          left.remove(fact);
          moved = true;
          boolean valid = decision instanceof Ledger.Decision.Valid;
          Boolean before = validity.put(fact.id(), valid);
          assertThat(before == null || before == valid).as("seed %d", seed).isTrue();
          if (decision instanceof Ledger.Decision.Valid(Known known)) {
            state = ledger.union(state, known);
            SortedSet<StayId> now = over(state);
            assertThat(now).as("seed %d: over shrank", seed).containsAll(over);
            over = now;
          }
        }
      }
      Map<String, String> shown = show(state);
      shown.putAll(epochs(ledger, state, story));
      if (first.isEmpty()) {
        first.putAll(shown);
      } else {
        assertThat(shown).as("seed %d", seed).isEqualTo(first);
      }
    }
  }

  private static Ledger ledger(RandomFacts.Story story) {
    GroupId group = new GroupId(story.facts().get(0).id().hash());
    return new Ledger(group, story.credentials(), story.credentials(), story.scribe().verifier());
  }

  private static SortedSet<StayId> over(GroupState state) {
    SortedSet<StayId> over = new TreeSet<>();
    state.over().forEach(stay -> over.add(stay.id()));
    return over;
  }

  static Map<String, String> show(GroupState state) {
    Map<String, String> shown = new TreeMap<>();
    shown.put("heads", state.heads().toString());
    shown.put("members", state.members().toString());
    shown.put("over", over(state).toString());
    shown.put("usable", state.usable().toString());
    shown.put("seats", state.seats.values().toString());
    shown.put("digest", state.membersDigest().toHex());
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < state.found().profile().radix(); symbol++) {
        Slot slot = new Slot(position, symbol);
        shown.put("slot " + slot, state.slots.seals(slot).toString());
      }
    }
    return shown;
  }

  /** Of each epoch whether it is clean, and its revision. */
  private static Map<String, String> epochs(
      Ledger ledger, GroupState state, RandomFacts.Story story) {
    Map<String, String> shown = new TreeMap<>();
    for (Envelope fact : story.facts()) {
      if (ledger.get(fact.id()) instanceof Known known && known.isRekey()) {
        shown.put(
            "epoch " + known.id(),
            (ledger.isClean(state, known) ? "clean, " : "unclean, ") + state.revision(known.id()));
      }
    }
    return shown;
  }

  private static void compare(int seed, SectionFiveOracle oracle, BitSet set, Ledger ledger) {
    List<Known> heads = new ArrayList<>();
    for (FactId id : oracle.heads(set)) {
      Known head = ledger.get(id);
      assertThat(head).isNotNull();
      heads.add(head);
    }
    GroupState state = ledger.join(heads);
    String where = "seed " + seed + ", heads " + oracle.heads(set);
    assertThat(state.count()).as(where).isEqualTo(set.cardinality());
    assertThat(state.heads()).as(where).isEqualTo(oracle.heads(set));
    assertThat(over(state)).as("over, " + where).isEqualTo(oracle.overIds(set));
    SortedSet<MemberId> members = oracle.members(set);
    assertThat(state.members().stream().map(Person::id).toList())
        .as("members, " + where)
        .isEqualTo(List.copyOf(members));
    int place = 0;
    for (MemberId member : members) {
      assertThat(state.place(member)).isEqualTo(place++);
    }
    assertThat(state.place(new MemberId(Hash32.ZERO))).isEqualTo(-1);
    assertThat(state.membersDigest()).isEqualTo(digest(members));
    assertThat(new TreeSet<>(state.usable().stream().map(Known::id).toList()))
        .as("usable, " + where)
        .isEqualTo(oracle.usable(set));
    SortedSet<MemberId> faulty = oracle.faults(set);
    IntStream.range(0, oracle.size())
        .forEach(
            m -> {
              Known known = ledger.get(oracle.id(m));
              assertThat(known != null && state.contains(known))
                  .as("contains %s, %s", known, where)
                  .isEqualTo(set.get(m));
              if (known == null || !set.get(m)) {
                return;
              }
              assertThat(state.isFaulty(known.author())).isEqualTo(faulty.contains(known.author()));
              assertThat(known.names())
                  .as("names of %s, %s", known, where)
                  .isEqualTo(List.copyOf(oracle.names(m)));
              if (known.fact() instanceof Rekey) {
                assertThat(ledger.isClean(state, known))
                    .as("clean %s, %s", known, where)
                    .isEqualTo(oracle.isClean(m, set));
                assertThat(state.revision(known.id()))
                    .as("revision of %s, %s", known, where)
                    .isEqualTo(oracle.revision(known.id(), set));
                GroupState past = ledger.past(known);
                assertThat(state.resealedSince(past))
                    .as("resealed since the past of %s, %s", known, where)
                    .isEqualTo(standingButNotIn(past, state));
              }
            });
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < state.found().profile().radix(); symbol++) {
        Slot slot = new Slot(position, symbol);
        assertThat(state.standing(slot).map(Known::id))
            .as("standing %s, %s", slot, where)
            .isEqualTo(oracle.standing(slot, set));
        for (Slots.Seal seal : state.slots.seals(slot)) {
          assertThat(state.isClean(slot, seal.reseal()))
              .as("slot clean %s %s, %s", slot, seal, where)
              .isEqualTo(oracle.isSlotClean(oracle.number(seal.reseal().id()), slot, set));
        }
      }
    }
  }

  private static List<Known.Start> standingButNotIn(GroupState past, GroupState state) {
    List<Known.Start> starts = new ArrayList<>();
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < state.found().profile().radix(); symbol++) {
        Slot slot = new Slot(position, symbol);
        state
            .standing(slot)
            .filter(reseal -> !past.contains(reseal))
            .ifPresent(reseal -> starts.add(new Known.Start(slot, reseal)));
      }
    }
    return starts;
  }
}
