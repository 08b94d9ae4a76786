package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.key.Tek;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Slots make Rekeys small, and nothing else: in random runs, who can read whom with slots is
 * exactly who can without, when seals and the tree do it all.
 */
class SlotsOffTest {
  private static final int SEEDS = Integer.getInteger("seeds", 8);

  /** One telling of a script; the script is drawn beforehand and hears nothing of what happens. */
  private static final class Telling {
    final Group group;
    final Map<String, Integer> side = new TreeMap<>();
    final List<String> seen = new ArrayList<>();
    int wrapsAndRelays;

    Telling(long seed, boolean slotsOn) {
      group = new Group(seed);
      group.profile = seed % 2 == 0 ? Profile.PAPER : Profile.CONFERENCE;
      group.resealEachMillis = 3_000;
      group.slotsOn = slotsOn;
      group.hears = (from, to) -> side(from) == side(to);
      group.found("anna", "chair", Group.CHAIR_EXPELS);
      for (int i = 0; i < 9; i++) {
        group.join("n" + i, i == 0 ? "chair" : "");
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
          group.join("late" + i, "");
        } else if (what < 9) {
          group.nodes.keySet().forEach(name -> side.put(name, random.nextInt(2)));
        } else {
          side.clear();
        }
        group.run(random.nextInt(3) * 6_000);
      }
      side.clear();
      group.run(20_000);
      seen.add(reads());
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

    /** Who reads what whom sends. */
    private String reads() {
      TreeSet<String> pairs = new TreeSet<>();
      for (Group.Node sender : group.nodes.values()) {
        Optional<Tek> key = sender.core.isMember() ? sender.sendingKey() : Optional.empty();
        for (Group.Node reader : group.nodes.values()) {
          if (key.map(reader::canOpen).orElse(false)) {
            pairs.add(reader + " reads " + sender);
          }
        }
      }
      return String.join("\n", pairs);
    }
  }

  @Test
  void whoCanReadWithSlotsIsExactlyWhoCanWithout() {
    int used = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Telling with = new Telling(seed, true);
      with.tell(seed);
      Telling without = new Telling(seed, false);
      without.tell(seed);
      assertThat(with.seen).as("seed " + seed).isEqualTo(without.seen);
      assertThat(with.seen.get(0)).isNotEmpty();
      assertThat(without.wrapsAndRelays).isZero();
      used += with.wrapsAndRelays;
    }
    assertThat(used).as("entries of slots").isGreaterThan(SEEDS);
  }
}
