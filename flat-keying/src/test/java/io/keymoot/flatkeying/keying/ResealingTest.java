package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What Reseals may cost: how often a slot gets one, and in how few messages. */
class ResealingTest {
  private final Group group = new Group(3);

  private record Told(long at, Group.Node by, int bytes, List<Slot> slots) {}

  private final List<Told> reseals = new ArrayList<>();
  private final List<Need> needs = new ArrayList<>();
  private final List<Give> gives = new ArrayList<>();
  private final List<Group.Node> givers = new ArrayList<>();
  private final List<Bytes> recorded = new ArrayList<>();

  private void found(int members, Profile profile) {
    group.profile = profile;
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            note(from, message);
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    group.found("p0", "chair", Group.CHAIR_EXPELS);
    for (int i = 1; i < members; i++) {
      group.join("p" + i, "");
    }
  }

  private void note(Group.Node from, Bytes message) {
    if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok
        && ok.value().fact() instanceof Reseal reseal) {
      List<Slot> slots = reseal.slots().stream().map(Reseal.SlotKey::slot).toList();
      reseals.add(new Told(group.now, from, message.length(), slots));
    } else if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok) {
      if (ok.value() instanceof Need need) {
        needs.add(need);
      } else if (ok.value() instanceof Give give) {
        gives.add(give);
        givers.add(from);
        recorded.add(message);
      }
    }
  }

  private void twelveOfWhomThreeArePutOut() {
    found(12, Profile.CONFERENCE);
    group.run(40_000);
    for (String who : List.of("p3", "p4", "p5")) {
      expel(who);
      group.run(12_000);
    }
    group.run(60_000);
  }

  @Test
  void noSlotThatWasHeardToBeResealedIsResealedWithinHalfAMinute() {
    twelveOfWhomThreeArePutOut();
    Map<Slot, Long> last = new TreeMap<>();
    int again = 0;
    for (Told each : reseals) {
      for (Slot slot : each.slots) {
        Long before = last.put(slot, each.at);
        if (before != null && each.at - before > group.maxDelayMillis) {
          assertThat(each.at - before).isGreaterThanOrEqualTo(Limits.RESEAL_EACH_MILLIS);
          again++;
        }
      }
    }
    assertThat(again).isGreaterThan(10);
  }

  @Test
  void whoPlaysTheGivesOfSlotsBackBringsNoKeyOfAResealBack() {
    twelveOfWhomThreeArePutOut();
    int tried = 0;
    for (Group.Node node : group.members()) {
      assertThat(node.core.core.slots.allResealKeys()).isEmpty();
      for (int i = 0; i < gives.size(); i++) {
        if (gives.get(i).to().equals(node.id())) {
          node.step(new Input.Received(givers.get(i).address, recorded.get(i)));
          tried++;
        }
      }
      assertThat(node.core.core.slots.allResealKeys()).as(node.name).isEmpty();
    }
    assertThat(tried).isPositive();
  }

  @Test
  void slotsWhoseTurnComesSoonAfterGoIntoOneReseal() {
    found(12, Profile.CONFERENCE);
    group.run(40_000);
    expel("p5");
    group.run(100);
    Group.Node node =
        group.members().stream().filter(one -> owed(one).size() > 2).findFirst().orElseThrow();
    List<Slot> owed = owed(node);
    reseals.clear();
    node.step(new Input.Reseal(owed.get(0)));
    group.run(Limits.RESEAL_TOGETHER_MILLIS - 50);
    node.step(new Input.Reseal(owed.get(1)));
    assertThat(reseals.stream().filter(each -> each.by == node)).isEmpty();
    // Its own moment is no later than the last member's.
    group.run(51 + 11 * Limits.RESEAL_APART_MILLIS);
    reseals.removeIf(each -> each.by != node);
    assertThat(reseals).hasSize(1);
    assertThat(reseals.get(0).slots).containsExactlyInAnyOrder(owed.get(0), owed.get(1));
  }

  /** Many become owed at once, and nearly every member is the key holder of some. */
  @Test
  void allResealsTogetherCostNoMoreThanTheGroupsBudget() {
    found(30, Profile.BROADCAST);
    group.run(40_000);
    for (String who : List.of("p3", "p4", "p5")) {
      expel(who);
      group.run(35_000);
    }
    assertThat(reseals).hasSizeGreaterThan(30);
    // A second's worth may be owed; and some are on their way to whoever speaks next.
    assertThat(mostAboveBudget()).isLessThanOrEqualTo(2 * Limits.RESEAL_BYTES_PER_SECOND);
  }

  /** Of any stretch of time, what was said in it beyond what it allows. */
  private int mostAboveBudget() {
    int most = 0;
    for (int first = 0; first < reseals.size(); first++) {
      int bytes = 0;
      for (int last = first; last < reseals.size(); last++) {
        bytes += reseals.get(last).bytes;
        long millis = reseals.get(last).at - reseals.get(first).at;
        most = Math.max(most, bytes - (int) (millis * Limits.RESEAL_BYTES_PER_SECOND / 1_000));
      }
    }
    return most;
  }

  @Test
  void whoComesFetchesTheKeysOfManySlotsInAFewGives() {
    found(11, Profile.CONFERENCE);
    group.run(40_000);
    Group.Node late = group.join("late", "");
    group.run(15_000);
    assertThat(Integer.bitCount(late.core.haveMask())).isGreaterThan(20);
    long asked =
        needs.stream()
            .filter(need -> need.signed().header().author().equals(late.id()))
            .filter(need -> !need.slots().isEmpty())
            .count();
    long given =
        gives.stream().filter(give -> give.to().equals(late.id()) && give.busy().isEmpty()).count();
    assertThat(asked).isBetween(1L, 8L);
    assertThat(given).isBetween(1L, 8L);
  }

  private void expel(String who) {
    group.node("p0").step(new Input.Expel(group.node(who).device()));
  }

  /** By what its core said last. */
  private static List<Slot> owed(Group.Node node) {
    return node.log.stream()
        .filter(Effect.ResealOwed.class::isInstance)
        .map(effect -> ((Effect.ResealOwed) effect).slots())
        .reduce((before, last) -> last)
        .orElse(List.of());
  }
}
