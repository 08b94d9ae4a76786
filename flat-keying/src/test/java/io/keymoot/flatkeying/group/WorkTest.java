package io.keymoot.flatkeying.group;

import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

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
