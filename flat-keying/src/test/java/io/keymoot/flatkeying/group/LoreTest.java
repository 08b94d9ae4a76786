package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.GroupId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Peers of one process that share what facts show: it costs less, and changes no answer. */
class LoreTest {
  private static final int SEEDS = 300;

  @TestFactory
  Stream<DynamicTest> peersWhoShareTellTheStoryAsItIsWrittenDown() {
    return MembershipScenarioTest.files().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    MembershipScenarioTest.sentence(file),
                    () -> {
                      Lore lore = Lore.shared();
                      String told =
                          MembershipScenario.play(
                              MembershipScenarioTest.commands(file),
                              EnumSet.noneOf(SectionFiveOracle.Switch.class),
                              terms -> new RealMembership(terms, lore));
                      assertThat(told).isEqualTo(MembershipScenarioTest.written(file));
                    }));
  }

  /**
   * In random stories, whoever learns them later, in another order, or with other credentials at
   * hand, hears what it would hear by itself.
   */
  @Test
  void whoSharesDecidesAsWhoDoesNot() {
    IntStream.range(0, SEEDS).parallel().forEach(LoreTest::decidesAlike);
  }

  private static void decidesAlike(int seed) {
    RandomFacts.Story story = RandomFacts.tell(seed, 26, AgreementTest::digest);
    Random random = new Random(seed);
    Lore lore = Lore.shared();
    for (int peer = 0; peer < 4; peer++) {
      // The first has all credentials at hand, the others what chance has let them fetch.
      Credentials some = peer == 0 ? story.credentials().all() : story.credentials().some(random);
      Ledger sharing = ledger(story, some, lore);
      Ledger alone = ledger(story, some, Lore.ofOne());
      GroupState shared = GroupState.NOTHING;
      GroupState own = GroupState.NOTHING;
      List<Envelope> order = new ArrayList<>(story.facts());
      Collections.shuffle(order, random);
      for (int round = 0; round < 6; round++) {
        for (Envelope fact : order) {
          Ledger.Decision decision = sharing.decide(fact);
          assertThat(decision.toString())
              .as("seed %d, peer %d: %s", seed, peer, fact.header())
              .isEqualTo(alone.decide(fact).toString());
          if (decision instanceof Ledger.Decision.Valid(Known known)) {
            shared = sharing.union(shared, known);
            own = alone.union(own, Objects.requireNonNull(alone.get(fact.id())));
          }
        }
        assertThat(AgreementTest.show(shared)).isEqualTo(AgreementTest.show(own));
        some.fetchAll();
      }
    }
  }

  @Test
  void whoHasTheSameFactsHasTheSameStateAndMadeItOnce() {
    Crowd crowd = new Crowd();
    crowd.growTo(20, 1);
    crowd.rekey();
    crowd.here();
    crowd.rekey();
    Lore lore = Lore.shared();
    GroupState first = learnAll(crowd, lore);
    long once = lore.factsLearnt();
    for (int i = 0; i < 10; i++) {
      assertThat(learnAll(crowd, lore)).isSameAs(first);
    }
    assertThat(lore.factsLearnt()).isEqualTo(once).isGreaterThan(0);
  }

  @Test
  void whoDoesNotShareMakesEachStateItself() {
    Crowd crowd = new Crowd();
    crowd.growTo(20, 1);
    assertThat(learnAll(crowd, Lore.ofOne())).isNotSameAs(learnAll(crowd, Lore.ofOne()));
  }

  /** The states of joined branches too, which no fact stands for. */
  @Test
  void whoJoinsTheSameBranchesHasTheSameState() {
    Crowd crowd = new Crowd();
    crowd.growTo(4, 1);
    GroupState before = crowd.state;
    Known one = crowd.here();
    crowd.state = before;
    Known other = crowd.admit(1);
    Lore lore = Lore.shared();
    Ledger a = crowd.ledger(lore);
    Ledger b = crowd.ledger(lore);
    crowd.facts.forEach(a::decide);
    crowd.facts.forEach(b::decide);
    GroupState oneFirst = in(a, in(a, GroupState.NOTHING, one), other);
    GroupState otherFirst = in(b, in(b, GroupState.NOTHING, other), one);
    assertThat(oneFirst.heads()).hasSize(2);
    assertThat(otherFirst).isSameAs(oneFirst);
  }

  @Test
  void aWronglySignedCopyIsRefusedThoughANeighbourHasTheRightOne() {
    Crowd crowd = new Crowd();
    Lore lore = Lore.shared();
    crowd.here();
    learnAll(crowd, lore);
    Envelope here = crowd.facts.get(1);
    Envelope forged = Scribe.wronglySigned(here);
    Ledger ledger = crowd.ledger(lore);
    ledger.decide(crowd.facts.get(0));
    assertThat(ledger.decide(forged)).isEqualTo(new Ledger.Decision.Refused(Refusal.BAD_SIGNATURE));
    assertThat(ledger.decide(here)).isInstanceOf(Ledger.Decision.Valid.class);
  }

  /** A neighbour knows them: this peer does not, and must ask for them. */
  @Test
  void whatOnlyANeighbourKnowsIsLacking() {
    Crowd crowd = new Crowd();
    Lore lore = Lore.shared();
    crowd.here();
    crowd.here();
    learnAll(crowd, lore);
    Ledger ledger = crowd.ledger(lore);
    ledger.decide(crowd.facts.get(0));
    assertThat(ledger.decide(crowd.facts.get(2)))
        .isEqualTo(new Ledger.Decision.LacksParents(List.of(crowd.facts.get(1).id())));
  }

  // ---- what facts reach

  /** In random stories, of random heads, of whose states some are kept and some are not. */
  @Test
  void whatFactsReachIsTheSameWhetherTheirStatesAreKeptOrNot() {
    IntStream.range(0, 100).parallel().forEach(LoreTest::reachesAlike);
  }

  private static void reachesAlike(int seed) {
    RandomFacts.Story story = RandomFacts.tell(seed, 26, AgreementTest::digest);
    Random random = new Random(seed);
    Ledger ledger = ledger(story, story.credentials().all(), Lore.ofOne());
    List<Known> all = new ArrayList<>();
    for (Envelope fact : story.facts()) {
      if (ledger.decide(fact) instanceof Ledger.Decision.Valid(Known known)) {
        all.add(known);
      }
    }
    List<Known> heads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      heads.add(all.get(random.nextInt(all.size())));
    }
    GroupState state = ledger.join(heads);
    List<Boolean> expected = all.stream().map(state::contains).toList();
    for (Known each : all) {
      if (random.nextInt(3) > 0) {
        each.forgetStates();
      }
    }
    Collections.shuffle(heads, random);
    Reached reached = ledger.reached(heads);
    List<Integer> order = new ArrayList<>(IntStream.range(0, all.size()).boxed().toList());
    Collections.shuffle(order, random);
    for (int i : order) {
      assertThat(reached.contains(all.get(i)))
          .as("seed %d: %s of %s", seed, all.get(i), heads)
          .isEqualTo(expected.get(i));
    }
  }

  /** In random stories, of random facts: by holding each against each of the others. */
  @Test
  void theLatestOfFactsAreThoseThatNoneOfTheOthersComesAfter() {
    IntStream.range(0, 100).parallel().forEach(LoreTest::latestAlike);
  }

  private static void latestAlike(int seed) {
    RandomFacts.Story story = RandomFacts.tell(seed, 26, AgreementTest::digest);
    Ledger ledger = ledger(story, story.credentials().all(), Lore.ofOne());
    List<Known> some = new ArrayList<>();
    for (Envelope fact : story.facts()) {
      if (ledger.decide(fact) instanceof Ledger.Decision.Valid(Known known)) {
        some.add(known);
      }
    }
    Collections.shuffle(some, new Random(seed));
    some.subList(0, some.size() / 2).clear();

    assertThat(ledger.latest(some))
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(
            some.stream()
                .filter(each -> some.stream().noneMatch(other -> ledger.isAfter(other, each)))
                .toList());
  }

  /**
   * All speak at once, again and again, each when it has heard some of what the others said just
   * before: every fact rests on a join of its own. Each is made once, from one that is nearly it.
   */
  @Test
  void whereManySpeakAtOnceEachFactCostsNoMoreThanItsOwnHeads() {
    int speakers = 24;
    Crowd crowd = new Crowd();
    crowd.growTo(speakers + 1, speakers);
    Random random = new Random(1);
    List<Known> said = new ArrayList<>();
    Known first = known(crowd.ledger, crowd.here());
    for (int i = 0; i < speakers; i++) {
      said.add(first);
    }
    int before = crowd.facts.size();
    for (int round = 0; round < 6; round++) {
      List<Known> saidNow = new ArrayList<>();
      for (int i = 0; i < speakers; i++) {
        Set<Known> heard = new LinkedHashSet<>();
        heard.add(said.get(i));
        for (Known each : said) {
          if (random.nextInt(3) > 0) {
            heard.add(each);
          }
        }
        crowd.state = crowd.ledger.join(List.copyOf(heard));
        saidNow.add(crowd.reseal(i));
      }
      said = saidNow;
    }
    int atOnce = crowd.facts.size() - before;
    assertThat(atOnce).isEqualTo(6 * speakers);
    Lore lore = Lore.ofOne();
    Membership peer = Membership.of(crowd.ledger(lore));
    for (Envelope fact : crowd.facts.subList(0, before)) {
      peer.offer(fact, "crowd");
    }
    long learnt = lore.factsLearnt();
    for (Envelope fact : crowd.facts.subList(before, crowd.facts.size())) {
      peer.offer(fact, "crowd");
    }
    assertThat(peer.state().count()).isEqualTo(crowd.facts.size());
    assertThat(lore.factsLearnt() - learnt)
        .as("%d facts", atOnce)
        .isLessThan((long) atOnce * (speakers + 2));
  }

  /** Anybody in can name them: it must not cost the others more than to read it. */
  @Test
  void whatVeryOldHeadsReachIsSeenWithoutMakingAState() {
    Crowd crowd = new Crowd();
    crowd.growTo(40, 39);
    List<Known> forks = new ArrayList<>();
    Known first = crowd.here();
    for (int i = 0; i < 32; i++) {
      GroupState main = crowd.state;
      forks.add(crowd.reseal(i));
      crowd.state = main;
      for (int j = 0; j < 40; j++) {
        crowd.here();
      }
    }
    Known last = crowd.here();
    Lore lore = Lore.ofOne();
    Ledger ledger = crowd.ledger(lore);
    learnAll(crowd, ledger);
    List<Known> heads = forks.stream().map(each -> known(ledger, each)).toList();
    assertThat(heads.stream().filter(each -> each.after == null)).hasSizeGreaterThan(15);
    long before = lore.factsLearnt();
    Reached reached = ledger.reached(heads);
    assertThat(reached.contains(known(ledger, first))).isTrue();
    assertThat(reached.contains(known(ledger, last))).isFalse();
    for (Known each : heads) {
      assertThat(reached.contains(each)).isTrue();
    }
    assertThat(lore.factsLearnt()).isEqualTo(before);
  }

  private static Known known(Ledger ledger, Known elsewhere) {
    return Objects.requireNonNull(ledger.get(elsewhere.id()));
  }

  private static GroupState learnAll(Crowd crowd, Lore lore) {
    return learnAll(crowd, crowd.ledger(lore));
  }

  private static GroupState learnAll(Crowd crowd, Ledger ledger) {
    GroupState state = GroupState.NOTHING;
    for (Envelope fact : crowd.facts) {
      assertThat(ledger.decide(fact)).isInstanceOf(Ledger.Decision.Valid.class);
      state = ledger.union(state, Objects.requireNonNull(ledger.get(fact.id())));
    }
    return state;
  }

  private static GroupState in(Ledger ledger, GroupState state, Known fact) {
    return ledger.union(state, Objects.requireNonNull(ledger.get(fact.id())));
  }

  private static Ledger ledger(RandomFacts.Story story, Credentials credentials, Lore lore) {
    GroupId group = new GroupId(story.facts().get(0).id().hash());
    return new Ledger(group, credentials, credentials, story.scribe().verifier(), lore);
  }
}
