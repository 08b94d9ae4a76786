package io.keymoot.flatkeying.group;

import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one fact more costs, counted: every call of a method of this package is a step. Time would
 * depend on the machine.
 */
@Isolated("it counts the steps of the running code")
class WorkTest {
  private static final int FEW = 200;
  private static final int MANY = 8 * FEW;
  private static final List<Class<?>> COUNTED =
      List.of(
          Device.class,
          Ends.class,
          Grounds.class,
          GroupState.class,
          Growth.class,
          IdMap.class,
          Known.class,
          Ledger.class,
          Lore.class,
          Membership.class,
          Person.class,
          RightsOf.class,
          Seat.class,
          Slots.class,
          Stay.class,
          Validity.class);

  /** Called from the counted classes, which live in the same package. */
  static long steps;

  /** Where a fact that costs out of all proportion is given up: it could take minutes. */
  static long mostSteps = Long.MAX_VALUE;

  @BeforeAll
  static void countEveryCall() throws IOException {
    ByteBuddyAgent.install();
    for (Class<?> each : COUNTED) {
      try (var made =
          new ByteBuddy().redefine(each).visit(Advice.to(Step.class).on(isMethod())).make()) {
        made.load(each.getClassLoader(), ClassReloadingStrategy.fromInstalledAgent());
      }
    }
  }

  @AfterAll
  static void putTheClassesBack() throws IOException {
    for (Class<?> each : COUNTED) {
      ClassReloadingStrategy.fromInstalledAgent().reset(each);
    }
  }

  static final class Step {
    private Step() {}

    @Advice.OnMethodEnter
    static void enter() {
      if (++WorkTest.steps > WorkTest.mostSteps) {
        throw new AssertionError("one fact costs more than a million steps");
      }
    }
  }

  /** The same group at two moments of its life, and a peer that learns what is said then. */
  @Test
  void learningAFactCostsNoMoreWhenEightTimesAsMuchIsKnown() {
    Crowd crowd = new Crowd();
    crowd.growTo(60, 59);
    Membership peer = Membership.of(crowd.ledger(Lore.ofOne()));
    List<Envelope> offered = new ArrayList<>();
    Map<String, Long> few = costWith(FEW, crowd, peer, offered);
    long overOfFew = stepsOf(() -> peer.state().over());
    Map<String, Long> many = costWith(MANY, crowd, peer, offered);
    long overOfMany = stepsOf(() -> peer.state().over());
    for (String what : few.keySet()) {
      assertThat(many.get(what))
          .as("%s: %s steps, and before %s", what, many, few)
          .isLessThan(few.get(what) * 5 / 4);
    }
    // What walks through all that was does show.
    assertThat(overOfMany).isGreaterThan(2 * overOfFew);
  }

  /** It is asked of each key that is held, with each fact. */
  @Test
  void whetherAnEpochIsOnlySoftlyUncleanIsAskedWithoutWorkingOutWhenEachStayEnded() {
    Crowd crowd = new Crowd();
    crowd.growTo(4, 3);
    Known epoch = crowd.rekey();
    for (int i = 0; i < 4 * FEW; i++) {
      crowd.here();
    }
    assertThat(crowd.ledger.isOnlySoftlyUnclean(crowd.state, epoch)).isTrue();
    long steps = stepsOf(() -> crowd.ledger.isOnlySoftlyUnclean(crowd.state, epoch));
    assertThat(steps).isLessThan(15L * 4 * FEW);
  }

  /**
   * A member says facts whose parents nobody has. What others say then costs no more for it: what
   * is lacking was found out when the last of them came.
   */
  @Test
  void aWordCostsNoMoreWhereManyOrphansWait() {
    Crowd crowd = new Crowd();
    crowd.growTo(8, 4);
    Membership peer = Membership.of(crowd.ledger(Lore.ofOne()));
    List<Envelope> offered = new ArrayList<>();
    offer(crowd, peer, offered);
    long[] few = costOfWords(crowd, peer, offered);
    MemberId flooder = crowd.rows.get(0).member();
    for (int i = 0; i < 200; i++) {
      FactId madeUp = new FactId(Hash32.sha256(new byte[] {1, (byte) i}));
      Here orphan = new Here(Hash32.ZERO, Hash32.ZERO);
      Scribe.Device device = crowd.scribe.device("member 0");
      peer.offer(
          crowd.scribe.fact(device, crowd.group, flooder, List.of(madeUp), orphan), "flooder");
    }
    assertThat(peer.waitingCount()).isEqualTo(200);
    assertThat(peer.lacks().facts()).hasSize(200);
    long[] many = costOfWords(crowd, peer, offered);
    assertThat(many[0]).as("a word, and %d steps before", few[0]).isLessThan(few[0] + 150);
    assertThat(many[1]).as("a look at what is lacking").isLessThan(20);
    assertThat(many[2]).as("the facts that came").isGreaterThan(few[2] + 200);
    assertThat(peer.lacks().facts()).hasSize(200);
  }

  /** Somebody who was put out fills the door with facts on a past in which it was in. */
  @Test
  void aWordCostsLittleWhereTheDoorIsFull() {
    Crowd crowd = new Crowd();
    crowd.growTo(8, 4);
    Membership peer = Membership.of(crowd.ledger(Lore.ofOne()));
    List<Envelope> offered = new ArrayList<>();
    MemberId flooder = crowd.rows.get(0).member();
    List<FactId> heads = crowd.state.heads();
    crowd.expel(crowd.rows.get(0));
    offer(crowd, peer, offered);
    long[] few = costOfWords(crowd, peer, offered);
    Hash32 shown = crowd.credentials.makeAndFetch("anybody", "good expels");
    for (int i = 0; i < 200; i++) {
      Here here = new Here(Hash32.sha256(new byte[] {2, (byte) i}), shown);
      Scribe.Device device = crowd.scribe.device("member 0");
      Envelope fact = crowd.scribe.fact(device, crowd.group, flooder, heads, here);
      peer.offer(fact, "flooder");
      heads = List.of(fact.id());
    }
    assertThat(peer.atDoorCount()).isEqualTo(200);
    long[] many = costOfWords(crowd, peer, offered);
    assertThat(many[0])
        .as("a word, and %d steps before; a fact %d, and %d before", few[0], many[2], few[2])
        .isLessThan(few[0] + 200 * 10);
    assertThat(many[2]).as("what a word must not cost").isGreaterThan(few[2] + 200 * 20);
  }

  /**
   * A member shows a credential that nobody can fetch, and says facts whose right rests on it, full
   * of signatures that are none: none of that is looked at again before the credential comes.
   */
  @Test
  void aWordCostsNoMoreWhereManyFactsHangOnACredential() {
    Crowd crowd = new Crowd();
    crowd.growTo(20, 19);
    Membership peer = Membership.of(crowd.ledger(Lore.ofOne()));
    List<Envelope> offered = new ArrayList<>();
    Scribe.Device device = crowd.scribe.device("member 0");
    MemberId flooder = crowd.rows.get(0).member();
    Hash32 keptBack = crowd.credentials.make("member 0", "good expels");
    Here here = new Here(Hash32.ZERO, keptBack);
    crowd.learn(crowd.scribe.fact(device, crowd.group, flooder, crowd.state.heads(), here));
    List<FactId> heads = crowd.state.heads();
    offer(crowd, peer, offered);
    long[] few = costOfWords(crowd, peer, offered);
    Fingerprint aim = crowd.rows.get(1).request().fingerprint();
    List<Approval> forged = new ArrayList<>();
    for (int i = 2; i < 18; i++) {
      MemberId member = crowd.rows.get(i).member();
      forged.add(
          crowd.scribe.approval(
              device, crowd.group, member, heads, Approval.Action.EXPEL, aim.hash(), Hash32.ZERO));
    }
    for (int i = 0; i < 200; i++) {
      Hash32 fresh = Hash32.sha256(new byte[] {3, (byte) i});
      List<Target> targets = List.of(new Target.Expelled(aim, forged));
      Rekey rekey = new Rekey(Optional.empty(), targets, fresh, Hash32.ZERO, Hash32.ZERO);
      peer.offer(crowd.scribe.fact(device, crowd.group, flooder, heads, rekey), "flooder");
    }
    assertThat(peer.waitingCount()).isEqualTo(200);
    assertThat(peer.lacks().credentials()).hasSize(1);
    long[] many = costOfWords(crowd, peer, offered);
    assertThat(many[0]).as("a word, and %d steps before", few[0]).isLessThan(few[0] + 150);
    assertThat(many[1]).as("a look at what is lacking").isLessThan(20);
    assertThat(many[2]).as("a fact, and %d before", few[2]).isLessThan(few[2] + 200 * 10);
    assertThat(peer.lacks().credentials()).hasSize(1);
    crowd.credentials.fetch(keptBack);
    peer.credentialKnown();
    assertThat(peer.waitingCount()).as("refused: they tell false members").isZero();
  }

  /**
   * Who is not in can name facts of long ago, for they are no secret: no state is made of what they
   * reach, and nothing that waits or stands at the door is looked at again.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatNobodySignedCostsLittleWhateverItNames(boolean inAMembersName) {
    Crowd crowd = new Crowd();
    crowd.growTo(8, 4);
    List<FactId> before = crowd.state.heads();
    List<FactId> beside = new ArrayList<>();
    for (int row = 0; row < 4; row++) {
      Here here = new Here(Hash32.ZERO, Hash32.ZERO);
      MemberId member = crowd.rows.get(row).member();
      Scribe.Device device = crowd.scribe.device("member " + row);
      beside.add(crowd.learn(crowd.scribe.fact(device, crowd.group, member, before, here)).id());
    }
    talkUntil(FEW, crowd);
    Lore lore = Lore.ofOne();
    Membership peer = Membership.of(crowd.ledger(lore));
    offer(crowd, peer, new ArrayList<>());
    Scribe.Device stranger = crowd.scribe.device("stranger");
    for (int i = 0; i < 200; i++) {
      FactId madeUp = new FactId(Hash32.sha256(new byte[] {4, (byte) i}));
      MemberId nobody = new MemberId(Hash32.sha256(new byte[] {5, (byte) i}));
      Here orphan = new Here(Hash32.ZERO, Hash32.ZERO);
      peer.offer(crowd.scribe.fact(stranger, crowd.group, nobody, List.of(madeUp), orphan), "it");
    }
    MemberId author =
        inAMembersName ? crowd.author : new MemberId(Hash32.sha256(new byte[] {6, 6}));
    Envelope fact =
        crowd.scribe.fact(
            stranger,
            crowd.group,
            author,
            List.of(beside.get(1), beside.get(3)),
            new Here(Hash32.ZERO, Hash32.ZERO));
    long learnt = lore.factsLearnt();
    long cost = stepsOf(() -> assertThat(peer.offer(fact, "it").refused()).hasSize(1));
    assertThat(lore.factsLearnt()).as("states made").isEqualTo(learnt);
    assertThat(cost).isLessThan(100);
  }

  /** What hangs on a fact that is refused is refused with it, in whatever order they came. */
  @Test
  void whatHangsOnARefusedFactWaitsForNothingMore() {
    Crowd crowd = new Crowd();
    crowd.growTo(8, 4);
    Membership peer = Membership.of(crowd.ledger(Lore.ofOne()));
    offer(crowd, peer, new ArrayList<>());
    Scribe.Device device = crowd.scribe.device("member 0");
    MemberId liar = crowd.rows.get(0).member();
    Rekey lie = new Rekey(Optional.empty(), List.of(), Hash32.ZERO, Hash32.ZERO, Hash32.ZERO);
    Envelope refused = crowd.scribe.fact(device, crowd.group, liar, crowd.state.heads(), lie);
    Here here = new Here(Hash32.ZERO, Hash32.ZERO);
    Envelope child = crowd.scribe.fact(device, crowd.group, liar, List.of(refused.id()), here);
    Envelope grandchild = crowd.scribe.fact(device, crowd.group, liar, List.of(child.id()), here);
    peer.offer(grandchild, "it");
    peer.offer(child, "it");
    assertThat(peer.lacks().facts()).containsExactly(refused.id());
    assertThat(peer.offer(refused, "it").refused()).hasSize(3);
    assertThat(peer.waitingCount()).isZero();
    assertThat(peer.lacks().facts()).isEmpty();
  }

  /** Of a word of the busy founder about its last fact, of a look, and of that fact itself. */
  private static long[] costOfWords(Crowd crowd, Membership peer, List<Envelope> offered) {
    Known fact = crowd.here();
    long learning = stepsOf(() -> offer(crowd, peer, offered));
    peer.lacks();
    return new long[] {
      stepsOf(() -> peer.hear(fact.signedHeader())), stepsOf(peer::lacks), learning
    };
  }

  /**
   * The most that each of the next facts costs. Half-way to them somebody resealed its slots: a key
   * that stands for long is asked about whenever somebody goes that shares its slot.
   */
  private static Map<String, Long> costWith(
      int facts, Crowd crowd, Membership peer, List<Envelope> offered) {
    int halfWay = (crowd.facts.size() + facts) / 2;
    talkUntil(halfWay, crowd);
    crowd.reseal(0);
    talkUntil(facts, crowd);
    offer(crowd, peer, offered);
    Map<String, Runnable> sayings = new LinkedHashMap<>();
    sayings.put("Here", crowd::here);
    sayings.put("Rekey", crowd::rekey);
    sayings.put("Reseal", () -> crowd.reseal(1));
    sayings.put("Admit", () -> crowd.admit(1));
    sayings.put("Expelled", () -> crowd.expel(crowd.rows.get(crowd.rows.size() - 1)));
    Map<String, Long> cost = new TreeMap<>();
    for (int i = 0; i < 8; i++) {
      sayings.forEach(
          (what, say) -> {
            stepsOf(say);
            cost.merge(what, stepsOf(() -> offer(crowd, peer, offered)), Math::max);
          });
    }
    return cost;
  }

  private static void talkUntil(int facts, Crowd crowd) {
    while (crowd.facts.size() < facts) {
      crowd.here();
      crowd.rekey();
    }
  }

  private static void offer(Crowd crowd, Membership peer, List<Envelope> offered) {
    for (Envelope fact : crowd.facts.subList(offered.size(), crowd.facts.size())) {
      peer.offer(fact, "crowd");
      offered.add(fact);
      assertThat(peer.has(fact.id())).isTrue();
    }
  }

  private static long stepsOf(Runnable what) {
    long before = steps;
    mostSteps = before + 1_000_000;
    try {
      what.run();
    } finally {
      mostSteps = Long.MAX_VALUE;
    }
    return steps - before;
  }
}
