package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.GroupState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Slots make Rekeys small, and nothing else: in random runs, at each quiet moment, whoever comes to
 * a key in use with slots is exactly who does without, when seals and the tree do it all; by all
 * that each device ever had and could hear, be it in or out.
 */
@Isolated("one test changes the code that others would run")
class SlotsOffTest {
  private static final int SEEDS = Integer.getInteger("seeds", 6);
  private static final int QUIET_MILLIS = 6_000;

  /** One telling of a script; the script is drawn beforehand and hears nothing of what happens. */
  private static final class Telling {
    final Group group;
    final Tapped tapped;
    final Map<String, Integer> side = new TreeMap<>();
    final List<String> seen = new ArrayList<>();
    int wrapsAndRelays;
    int whileSomebodyIsOut;

    Telling(long seed, boolean slotsOn) {
      group = new Group(seed);
      group.profile = seed % 2 == 0 ? Profile.PAPER : Profile.CONFERENCE;
      group.resealEachMillis = 3_000;
      group.slotsOn = slotsOn;
      group.hears = (from, to) -> side(from) == side(to);
      tapped = Tapped.founding(group, "anna", false);
      for (int i = 0; i < 9; i++) {
        tapped.join("n" + i, i == 0 ? "chair" : "");
      }
      group.run(20_000);
    }

    private int side(Group.Node node) {
      return side.getOrDefault(node.name, 0);
    }

    void tell(long seed) {
      Random random = new Random(seed);
      for (int i = 0; i < 6; i++) {
        int what = random.nextInt(10);
        String one = "n" + random.nextInt(9);
        String by = random.nextBoolean() ? "anna" : "n0";
        if (what < 5) {
          count(by, one);
        } else if (what < 7) {
          tapped.join("late" + i, "");
        } else if (what < 9) {
          List.copyOf(group.nodes.keySet()).forEach(name -> side.put(name, random.nextInt(2)));
        } else {
          side.clear();
        }
        int pause = random.nextInt(3) * QUIET_MILLIS;
        group.run(pause);
        if (pause > 0) {
          seen.add(i + ":\n" + derived());
        }
      }
      side.clear();
      group.run(20_000);
      seen.add("healed:\n" + derived());
    }

    private void count(String by, String who) {
      Group.Node excluder = group.node(by);
      if (excluder.core.isMember() && !by.equals(who)) {
        excluder.step(new Input.Expel(group.node(who).device()));
        for (CoverReport.Line line :
            excluder.core.lastCover().map(CoverReport::lines).orElse(List.of())) {
          wrapsAndRelays += line.slot().isPresent() ? 1 : 0;
        }
      }
    }

    /**
     * Who comes to a key in use by whom: of those who are out there, and of those who hear it. (A
     * member on the other side of a partition may have been reached already, or not yet.)
     */
    private String derived() {
      TreeSet<String> pairs = new TreeSet<>();
      for (Group.Node user : group.members()) {
        GroupState state = user.core.state();
        for (Group.Node other : group.nodes.values()) {
          boolean isOut = !state.isMember(other.id());
          whileSomebodyIsOut += isOut ? 1 : 0;
          if ((isOut || side(other) == side(user)) && comesToAKeyOf(state, other)) {
            pairs.add(other + (isOut ? ", who is out," : "") + " comes to a key of " + user);
          }
        }
      }
      return String.join("\n", pairs);
    }

    private boolean comesToAKeyOf(GroupState state, Group.Node other) {
      return state.usable().stream()
          .anyMatch(
              epoch ->
                  tapped.adversary.derives(other.id(), epoch.id(), state.revision(epoch.id())));
    }
  }

  private static Telling told(long seed, boolean slotsOn) {
    Telling telling = new Telling(seed, slotsOn);
    telling.tell(seed);
    return telling;
  }

  @Test
  void whoComesToAKeyWithSlotsIsExactlyWhoDoesWithout() {
    int used = 0;
    int out = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Telling with = told(seed, true);
      Telling without = told(seed, false);
      assertThat(with.seen).as("seed " + seed).isEqualTo(without.seen);
      assertThat(with.seen).hasSizeGreaterThan(2).noneMatch(each -> each.endsWith(":\n"));
      assertThat(without.wrapsAndRelays).isZero();
      used += with.wrapsAndRelays;
      out += with.whileSomebodyIsOut;
    }
    assertThat(used).as("entries of slots").isGreaterThan(SEEDS);
    assertThat(out).as("who is out and tries").isGreaterThan(10 * SEEDS);
  }

  @Test
  void whereWrapsAreMadeUnderTheLeaversSlotsTheDifferenceIsSeen() throws Exception {
    boolean isSeen = false;
    try (PlantedBug bug = new PlantedBug(PlantedBug.Rule.WRAPS_ONLY_UNDER_CLEAN_SLOTS)) {
      for (long seed = 0; seed < SEEDS && !isSeen; seed++) {
        isSeen = !told(seed, true).seen.equals(told(seed, false).seen);
      }
    }
    assertThat(isSeen).isTrue();
  }

  /** What slots are held against is itself held against the villains. */
  @Test
  void withoutSlotsWhoeverIsOutReadsNothingEither() {
    for (long seed = 0; seed < SEEDS; seed++) {
      AdversaryRun run = new AdversaryRun(seed, false);
      assertThat(run.run()).as("seed " + seed).isEmpty();
      assertThat(run.pooled()).isPositive();
    }
  }
}
