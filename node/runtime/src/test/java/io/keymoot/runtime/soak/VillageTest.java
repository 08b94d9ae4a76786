package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.keymoot.runtime.soak.Village.House;
import io.keymoot.runtime.soak.Village.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Five processes, each in a network namespace of its own, and one of their devices once more. */
@Isolated
final class VillageTest {

  private static boolean isTold(House house, String why) {
    return house.causes.stream().anyMatch(cause -> cause.contains(why));
  }

  @Test
  @Timeout(value = 150, unit = TimeUnit.SECONDS)
  void fiveProcessesArePartedLoseOneToTheAxePutTwoOutAndTalkOn() throws Exception {
    String whyNot = Streets.whyNot();
    assumeThat(whyNot).as("skipped: " + whyNot).isEmpty();
    long begun = System.nanoTime();
    try (Streets streets = Streets.build(6);
        Village village = new Village(streets, Way.UDP)) {
      List<House> all = village.settle(5, 4);
      for (House each : all) {
        each.order("talk 50 100");
      }

      // Twenty seconds apart, with a new key on either side, which all there use.
      streets.part(Set.of(0, 1));
      long healing = Village.in(20_000);
      Soak.rekey(all.get(0));
      Soak.rekey(all.get(2));
      village.awaitOneGroup(all.subList(0, 2), 5, 15_000);
      village.awaitOneGroup(all.subList(2, 5), 5, 15_000);
      assertThat(all.get(0).inUse).isNotEqualTo(all.get(2).inUse);
      TimeUnit.NANOSECONDS.sleep(healing - System.nanoTime());
      streets.heal();
      village.awaitOneGroup(all, Village.CONVERGES_MILLIS);

      // One is put out that keeps every key and records every frame.
      House hoarder = all.get(4);
      Soak.Window window = Soak.putOut(village, all, hoarder, all.get(0), all.get(1));
      assertThat(window.newKeyMillis()).isLessThan(10_000);
      hoarder.kill();

      // Another is put out while it is cut off, and goes on as a member of its own group of four.
      House cutOff = all.get(2);
      House mortal = all.get(3);
      // Its neighbour to be is on its side from the start: not for a moment does it hear the
      // others.
      streets.part(Set.of(2, 5));
      Soak.expel(village, List.of(all.get(0), all.get(1), mortal), cutOff, all.get(0), all.get(1));

      // One dies in the middle of a rekey of its own: when it is seen to use the key it made.
      List<House> rest = new ArrayList<>(all.subList(0, 2));
      Soak.rekey(mortal);
      mortal.kill();
      village.awaitOneGroup(rest, 3, Village.CONVERGES_MILLIS);
      assertThat(cutOff.state).as("it has not heard of it").isEqualTo("SETTLED");

      // Its device starts again, and meets nobody but the one that was put out, which lets it in
      // and knows no better. It remembers: it takes no key of that group's into use.
      House lured = village.again(mortal, mortal.group);
      assertThat(lured.number).isEqualTo(5);
      Village.await(
          () -> isTold(lured, "was put out") || !lured.inUse.isEmpty(),
          Village.in(30_000),
          () -> "not let in: " + Village.looked(List.of(cutOff, lured)));
      assertThat(lured.inUse).as("it was told a history without an expulsion").isEmpty();
      assertThat(lured.trouble).isEmpty();
      cutOff.kill();

      // Then it meets the others, and comes in by itself, as a new member of the same device, whose
      // old stay is over.
      streets.heal();
      rest.add(lured);
      village.awaitOneGroup(rest, Village.CONVERGES_MILLIS);
      assertThat(lured.device).isEqualTo(mortal.device);
      assertThat(lured.member).isNotEqualTo(mortal.member);

      // One is told to end: it says goodbye.
      House leaver = rest.remove(1);
      leaver.signal("TERM");
      village.awaitOneGroup(rest, Village.CONVERGES_MILLIS);

      assertThat(rest).allSatisfy(house -> assertThat(house.trouble).isEmpty());
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(90));
    }
  }
}
