package io.keymoot.flatkeying.keying;

import static io.keymoot.flatkeying.keying.PlantedBug.Rule.A_KEK_ONLY_TO_WHOSE_ADDRESS_SHOWS_ITS_SLOT;
import static io.keymoot.flatkeying.keying.PlantedBug.Rule.KEKS_STEP_WITH_EVERY_EPOCH;
import static io.keymoot.flatkeying.keying.PlantedBug.Rule.WHO_CAME_LATER_SPOILS_A_SLOT_TOO;
import static io.keymoot.flatkeying.keying.PlantedBug.Rule.WRAPS_ONLY_UNDER_CLEAN_SLOTS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Slots make Rekeys small, and nothing else: in random stories, at each quiet moment, whoever comes
 * to a key in use with slots is exactly who does without, when seals and the tree do it all; by all
 * that each device ever had, could hear and is given when it asks, be it in or out, or apart from
 * who uses the key. It is exactly who is in. Why that can be compared exactly, {@link Telling}
 * says. And whom seals would reach, covers with slots reach too, without being asked ({@link
 * CoverPromises}).
 *
 * <p>More stories by {@code -Dseeds=N}, others by {@code -DfirstSeed=M}. A third of them has two
 * symbols, a third four, a third sixteen.
 */
@Isolated("one test changes the code that others would run")
class SlotsOffTest {
  private static final int SEEDS = Integer.getInteger("seeds", 20);
  private static final int FIRST = Integer.getInteger("firstSeed", 0);
  private static final int ADVERSARY_SEEDS = Integer.getInteger("seeds", 6);

  /** Some mistakes need somebody who came late, had keys of slots and was put out. */
  private static final int STORIES_TO_SEE_A_MISTAKE = 60;

  private record Pair(long seed, Telling with, Telling without) {
    static Pair told(long seed) {
      return new Pair(seed, Telling.told(seed, true), Telling.told(seed, false));
    }

    List<String> wrong() {
      List<String> wrong = new ArrayList<>(Telling.differences(with, without));
      wrong.addAll(with.notWhoIsIn());
      wrong.addAll(without.notWhoIsIn());
      wrong.addAll(with.promises.broken);
      wrong.addAll(without.promises.broken);
      return wrong.stream().map(line -> "seed " + seed + ": " + line).toList();
    }
  }

  @Test
  void whoComesToAKeyWithSlotsIsExactlyWhoDoesWithout() {
    List<Pair> pairs =
        LongStream.range(FIRST, (long) FIRST + SEEDS).parallel().mapToObj(Pair::told).toList();
    assertThat(pairs).flatExtracting(Pair::wrong).isEmpty();
    int bySlots = 0;
    int out = 0;
    int across = 0;
    int vain = 0;
    for (Pair each : pairs) {
      assertThat(each.without.promises.keptBySlots).isZero();
      bySlots += each.with.promises.keptBySlots;
      vain += each.with.promises.vain;
      out += each.with.triesOfWhoIsOut;
      across += each.with.triesAcross;
    }
    assertThat(bySlots).as("who was reached by slots").isGreaterThan(3 * SEEDS);
    assertThat(vain).as("who was promised what a partition kept from it").isLessThan(bySlots / 5);
    assertThat(out).as("who is out and tries").isGreaterThan(10 * SEEDS);
    assertThat(across).as("who is apart and tries").isGreaterThan(10 * SEEDS);
  }

  /** What may not be, and a story in which it is seen, or one of those after it. */
  enum Mistake {
    A_SLOT_DOES_NOT_MIND_ITS_LEAVER(WRAPS_ONLY_UNDER_CLEAN_SLOTS, 15),
    A_SLOT_DOES_NOT_MIND_WHO_CAME_LATER(WHO_CAME_LATER_SPOILS_A_SLOT_TOO, 18),
    KEKS_DO_NOT_STEP(KEKS_STEP_WITH_EVERY_EPOCH, 10),
    KEKS_ARE_GIVEN_TO_ANYBODY(A_KEK_ONLY_TO_WHOSE_ADDRESS_SHOWS_ITS_SLOT, 18),
    A_COVER_FORGETS_SOMEBODY("Covering", "seals", ForgetsTheLast.class, 15),
    EVERYBODY_IS_TAKEN_TO_HOLD_EVERY_KEK("Haves$AsOf", "mask", HoldsAll.class, 19);

    private final String type;
    private final String method;
    private final Class<?> mistake;
    private final long firstSeed;

    Mistake(PlantedBug.Rule rule, long firstSeed) {
      this(rule.type, rule.method, rule.mistake, firstSeed);
    }

    Mistake(String type, String method, Class<?> mistake, long firstSeed) {
      this.type = type.contains(".") ? type : "io.keymoot.flatkeying.keying." + type;
      this.method = method;
      this.mistake = mistake;
      this.firstSeed = firstSeed;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMistakeIsSeen(Mistake mistake) throws Exception {
    List<String> seen = List.of();
    try (PlantedBug bug = new PlantedBug(mistake.type, mistake.method, mistake.mistake)) {
      for (int i = 0; i < STORIES_TO_SEE_A_MISTAKE && seen.isEmpty(); i++) {
        seen = Pair.told(mistake.firstSeed + i).wrong();
      }
    }
    assertThat(seen).isNotEmpty();
  }

  static final class ForgetsTheLast {
    private ForgetsTheLast() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) List<Integer> places) {
      places = places.subList(0, Math.max(0, places.size() - 1));
    }
  }

  static final class HoldsAll {
    private HoldsAll() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) int mask) {
      mask = -1;
    }
  }

  /** What slots are held against is itself held against the villains. */
  @Test
  void withoutSlotsWhoeverIsOutReadsNothingEither() {
    for (long seed = 0; seed < ADVERSARY_SEEDS; seed++) {
      AdversaryRun run = new AdversaryRun(seed, false);
      assertThat(run.run()).as("seed " + seed).isEmpty();
      assertThat(run.pooled()).isPositive();
    }
  }
}
